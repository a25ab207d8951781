/** Proves that buildkitd accepts the new buildkitd.toml: it has no command that checks one. */
import { isDeepStrictEqual } from 'node:util'
import { formats } from '../../formats/index.ts'
import type { Issue } from '../../model/errors.ts'
import type { DesiredFile } from '../target.ts'
import { parseConfigFile } from './config/config-file.ts'
import type { BuildkitSnapshot } from './snapshot.ts'

export async function validate(
  changed: readonly DesiredFile[],
  { config }: BuildkitSnapshot,
): Promise<readonly Issue[]> {
  const file = changed.find(({ path }) => path === config)
  if (file?.content === undefined || file.owns.kind !== 'values') return []
  const text = file.content.toString('utf8')
  const parsed = parseConfigFile(config, Buffer.from(text))
  if ('message' in parsed) return [parsed]
  const wrong = file.owns.values.find(
    ({ path, value }) => !isDeepStrictEqual(formats.toml.valueAt(text, path), value),
  )
  return wrong === undefined ? [] : [{ file: config, message: `${wrong.path.at(-1)} does not read back` }]
}
