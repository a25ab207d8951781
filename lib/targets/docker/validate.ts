/** Shows a new daemon.json to dockerd before anything is written, and checks what `--validate` does not. */
import { isDeepStrictEqual } from 'node:util'
import { formats } from '../../formats/index.ts'
import { withoutSecrets } from '../../formats/secrets.ts'
import { stringsIn } from '../../formats/table-values.ts'
import type { Issue } from '../../model/errors.ts'
import { isWhole } from '../../ownership/owned-value.ts'
import { STDIN, withMemoryFile } from '../../system/memory-file.ts'
import { findProgram } from '../find-program.ts'
import { atLeast } from '../release.ts'
import type { DesiredFile } from '../target.ts'
import type { Machine, View } from '../view.ts'
import { insecureFaults, MIRRORS, parseDaemonJson } from './daemon-json.ts'
import type { DockerSnapshot } from './snapshot.ts'

export async function validate(
  changed: readonly DesiredFile[],
  snapshot: DockerSnapshot,
  { machine }: Pick<View, 'machine'>,
): Promise<readonly Issue[]> {
  const config = changed.find(({ path }) => path === snapshot.config.path)
  if (config?.content === undefined || config.owns.kind !== 'values') return []
  const issues = ownIssues(config)
  const { program, installed } = snapshot
  // Up to 20.10, dockerd has no such flag and would start (cmd/dockerd/daemon.go@v23.0.0).
  const canValidate = program !== undefined && installed !== undefined && atLeast(installed, '23.0.0')
  if (issues.length > 0 || machine === undefined || !canValidate) return issues
  return await shownIssues(config, program, machine)
}

/** What `dockerd --validate` accepts and a start refuses; and that the values read back. */
function ownIssues({ path: file, content, owns }: DesiredFile): readonly Issue[] {
  const bytes = Buffer.from(content ?? '')
  const parsed = parseDaemonJson(file, { bytes })
  if ('fault' in parsed) return [parsed.fault]
  const { json } = parsed
  const values = owns.kind === 'values' ? owns.values : []
  const lost = values.filter(value => !isWhole(json.text, value, formats.json))
  const urls = stringsIn(json.value[MIRRORS])
  const isDistinct = isDeepStrictEqual(urls, [...new Set(urls)])
  const repeated = isDistinct ? [] : [{ file, message: `${MIRRORS} has a mirror twice`, hint: 'remove one' }]
  const unread = lost.map(({ path }) => ({
    file,
    message: `${path.join('.')} does not read back`,
    hint: BUG,
  }))
  return [...insecureFaults(file, json), ...repeated, ...unread]
}

const BUG = 'report it to the maintainers of regmirror'

/** On a copy that only this process and dockerd can read. */
async function shownIssues(
  { path: file, content }: DesiredFile,
  program: string,
  { files, run }: Machine,
): Promise<readonly Issue[]> {
  const text = String(content)
  const outcome = await withMemoryFile(text, file, shown =>
    run(program, ['--validate', '--config-file', STDIN], shown),
  )
  if (outcome === undefined || outcome.code === 0) return []
  const said = withoutSecrets(outcome.stderr, text, 'json').replaceAll(STDIN, file)
  const message =
    outcome.code === null
      ? 'dockerd did not finish reading the new file'
      : `dockerd refuses the new file: ${reasonIn(said)}`
  // A user may not have its directory in PATH.
  const place = program.includes('/') ? program : await findProgram(files, [program])
  const hint = `run ${place ?? program} --validate --config-file ${file} to check the present file (regmirror wrote nothing)`
  return [{ file, message, hint }]
}

function reasonIn(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').replace(
    /^unable to configure the Docker daemon with file [^:]*: /,
    '',
  )
}
