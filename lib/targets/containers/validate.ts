/** Shows the new drop-in to Skopeo, which reads it with the library of all these programs. */
import { withoutSecrets } from '../../formats/secrets.ts'
import type { Issue } from '../../model/errors.ts'
import { STDIN, withMemoryFile } from '../../system/memory-file.ts'
import type { DesiredFile } from '../target.ts'
import type { View } from '../view.ts'
import { isParsed } from './files/config-file.ts'
import { parseFile } from './files/parse-file.ts'
import type { Snapshot } from './snapshot.ts'

/**
 * A drop-in that is refused makes every pull on the machine fail, so it is read back by the rules of the library and, where
 * Skopeo is installed, by Skopeo. Podman is not run: `podman info` writes to its storage.
 */
export async function validate(
  changed: readonly DesiredFile[],
  { places }: Snapshot,
  { machine }: Pick<View, 'machine'>,
): Promise<readonly Issue[]> {
  const file = changed.find(({ path }) => path === places.dropIn)
  if (file?.content === undefined) return []
  const text = file.content.toString()
  const parsed = parseFile(file.path, text, 'drop_in')
  if (!isParsed(parsed)) return [parsed.fault]
  return machine === undefined ? [] : await readWithSkopeo(file.path, text, machine.run)
}

type Run = NonNullable<View['machine']>['run']

/** Nothing listens there, so the files have been read when the connection is refused. */
const NOWHERE = 'docker://127.0.0.1:1/regmirror:none'

async function readWithSkopeo(file: string, text: string, run: Run): Promise<readonly Issue[]> {
  const outcome = await withMemoryFile(text, file, shown =>
    run('skopeo', ['--registries-conf', STDIN, 'inspect', '--no-tags', NOWHERE], shown),
  )
  const refusal = outcome && refusalIn(outcome.stderr)
  if (refusal === undefined) return []
  const reason = withoutSecrets(refusal, text, 'toml').replaceAll(STDIN, file)
  const hint =
    'run skopeo inspect --no-tags docker://127.0.0.1:1/x to check the present files (regmirror wrote nothing)'
  return [{ file, message: `Skopeo refuses the files: ${reason}`, hint }]
}

function refusalIn(stderr: string): string | undefined {
  const [, reason] = /loading (?:drop-in )?registries configuration (.*)/.exec(stderr) ?? []
  return reason?.replaceAll('\\"', '"').replace(/"$/, '')
}
