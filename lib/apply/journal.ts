/**
 * The journal of a run, by which the next run finishes or undoes what this one could not. It holds paths and digests,
 * never file contents. The phase is part of its name, so the next phase is a rename, which works on a full disk.
 */
import { refuseHostPaths } from '../ownership/state.ts'
import type { Reader } from '../system/reader.ts'
import type { Writer } from '../system/writer.ts'
import { type Journal, parseJournal, refusedJournal } from './journal-format.ts'
import { temporariesOf } from './swap.ts'

/**
 * `staging`: nothing has changed yet, temporaries are dropped. `committing`: everything new is on disk, the rest is
 * renames. `undoing`: what was done is put back. `activating`: everything is done, and daemons are restarted; `reverting`:
 * because they do not serve, it is put back, and they are restarted again.
 */
export type Phase = 'staging' | 'committing' | 'undoing' | 'activating' | 'reverting'

const PHASES: readonly Phase[] = ['staging', 'committing', 'undoing', 'activating', 'reverting']

export function journalFile(phase: Phase, { statePaths }: Pick<Reader, 'statePaths'>): string {
  return `${statePaths.directory}/${journalName(phase)}`
}

function journalName(phase: Phase): string {
  return `journal-${phase}.json`
}

/** Whether a name in the state folder is that of a journal. */
export function isJournalName(name: string): boolean {
  return PHASES.some(phase => journalName(phase) === name)
}

/** The journal that an earlier run left; undefined when there is none. Throws Failure `io` on a damaged one. */
export async function readJournal(node: Reader): Promise<{ journal: Journal; phase: Phase } | undefined> {
  for (const phase of PHASES) {
    const file = journalFile(phase, node)
    const bytes = await node.read(file)
    if (bytes === undefined) continue
    const journal = parseJournal(bytes.toString('utf8'), file)
    await refuseOutside(journal, file, node)
    return { journal, phase }
  }
  return undefined
}

/**
 * A journal may come with an image. regmirror writes paths without links, so a path with one is refused; a journal inside
 * the image must not name files that are mounted there from this machine.
 */
async function refuseOutside(journal: Journal, file: string, node: Reader): Promise<void> {
  const places = [
    ...journal.swaps.flatMap(swap => [swap.path, ...temporariesOf(swap)]),
    ...(journal.revert_clears ?? []).map(({ staged }) => staged),
  ]
  const directories = [...journal.make_directories, ...journal.prune_directories]
  await refuseHostPaths([...places, ...directories], file, node)
  for (const name of places)
    if ((await node.real(name)) !== name)
      throw refusedJournal(file, `names ${name}, but a link is in that path`)
}

export async function writeJournal(journal: Journal, node: Writer): Promise<void> {
  await node.write(journalFile('staging', node), `${JSON.stringify(journal, null, 2)}\n`, { mode: 0o600 })
}

/** The next phase of a run is another name of its journal. */
export async function enterPhase(next: Phase, from: Phase, node: Writer): Promise<void> {
  await node.rename(journalFile(from, node), journalFile(next, node))
}
