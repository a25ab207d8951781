/** Proves that nerdctl accepts the new nerdctl.toml: it has no command that checks one. */
import { isDeepStrictEqual } from 'node:util'
import type { Issue } from '../../model/errors.ts'
import type { DesiredFile } from '../target.ts'
import { keyValue, parseConfigFile } from './config-file.ts'
import type { NerdctlSnapshot } from './snapshot.ts'

export async function validate(
  changed: readonly DesiredFile[],
  { config }: NerdctlSnapshot,
): Promise<readonly Issue[]> {
  const file = changed.find(({ path }) => path === config)
  if (file?.content === undefined || file.owns.kind !== 'values') return []
  const parsed = parseConfigFile(config, Buffer.from(file.content))
  if ('message' in parsed) return [parsed]
  const isSet = file.owns.values.every(({ value }) => isDeepStrictEqual(keyValue(parsed, 'hosts_dir'), value))
  return isSet ? [] : [{ file: config, message: 'hosts_dir does not read back' }]
}
