/** Shows a new daemon.json to dockerd before anything is written, and checks what `--validate` does not. */
import { isDeepStrictEqual } from 'node:util'
import { formats } from '../../formats/index.ts'
import { stringsIn } from '../../formats/table-values.ts'
import type { Issue } from '../../model/errors.ts'
import { isWhole } from '../../ownership/owned-value.ts'
import { findProgram } from '../find-program.ts'
import type { DesiredFile } from '../target.ts'
import type { Machine, View } from '../view.ts'
import { insecureFaults, MIRRORS, parseDaemonJson } from './daemon-json.ts'
import { findRefusal } from './refusal.ts'
import type { DockerSnapshot } from './snapshot.ts'

export async function validate(
  changed: readonly DesiredFile[],
  snapshot: DockerSnapshot,
  { machine }: Pick<View, 'machine'>,
): Promise<readonly Issue[]> {
  const config = changed.find(({ path }) => path === snapshot.config.path)
  if (config?.content === undefined || config.owns.kind !== 'values') return []
  const issues = ownIssues(config)
  if (issues.length > 0 || machine === undefined) return issues
  return await shownIssues(config, snapshot, machine)
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

async function shownIssues(
  { path: file, content }: DesiredFile,
  snapshot: DockerSnapshot,
  machine: Machine,
): Promise<readonly Issue[]> {
  const refused = await findRefusal({ text: String(content), file }, snapshot, machine)
  if (refused === undefined) return []
  const { reason } = refused
  const hint = `run ${await commandOf(snapshot.program, machine)} --validate --config-file ${file} to check the present file (regmirror wrote nothing)`
  if (reason === undefined) return [{ file, message: 'dockerd did not finish reading the new file', hint }]
  // What is wrong with the present file is no fault of the list.
  const text = snapshot.config.found?.bytes.toString('utf8')
  const present = text === undefined ? undefined : await findRefusal({ text, file }, snapshot, machine)
  if (present?.reason === reason) {
    const message = `dockerd refuses the present file: ${reason}`
    return [{ file, message, hint: 'correct it (regmirror wrote nothing)' }]
  }
  return [{ file, message: `dockerd refuses the new file: ${reason}`, hint }]
}

/** With its path: a user may not have its directory in PATH. */
async function commandOf(program = 'dockerd', { files }: Machine): Promise<string> {
  return program.includes('/') ? program : ((await findProgram(files, [program])) ?? program)
}
