/**
 * What is under way on a node, so that the next run can finish or undo what this one could not. It holds paths and
 * digests, never bytes. Its phase is its name: moving on is a rename, which needs no room on a full disk.
 */
import path from 'node:path'
import { Failure } from '../errors.ts'
import { isKeptName, STATE_DIRECTORY } from '../state.ts'
import type { Reader, Writer } from '../system/files.ts'
import type { Swap } from './swap.ts'

/**
 * `staging`: nothing of the node has changed yet, what waits is dropped. `committing`: all that is to come is
 * on disk, the rest is renames. `undoing`: what was done is put back.
 */
export type Phase = 'staging' | 'committing' | 'undoing'

export interface Journal {
  readonly version: 1
  readonly command: 'apply' | 'restore'
  /** ISO 8601. */
  readonly started_at: string
  /** In the order in which they are carried out; undone in reverse. */
  readonly swaps: readonly Swap[]
  /** Directories that have to be made, parents first. */
  readonly makes: readonly string[]
  /** Directories to remove when all is done and nothing is left in them, deepest first. */
  readonly empties: readonly string[]
  /** Originals that this run keeps, and those that nobody needs after it: names under `originals`. */
  readonly keeps: readonly string[]
  readonly drops: readonly string[]
}

const PHASES: readonly Phase[] = ['staging', 'committing', 'undoing']

export function journalFile(phase: Phase): string {
  return `${STATE_DIRECTORY}/journal-${phase}.json`
}

/** Whether a name in the state folder is that of a journal. */
export function isJournalName(name: string): boolean {
  return PHASES.some(phase => path.basename(journalFile(phase)) === name)
}

/** The journal that an earlier run has left; undefined when there is none. Throws Failure `io` on a damaged one. */
export async function readJournal(node: Reader): Promise<{ journal: Journal; phase: Phase } | undefined> {
  for (const phase of PHASES) {
    const bytes = await node.read(journalFile(phase))
    if (bytes !== undefined) return { journal: parse(bytes.toString('utf8'), journalFile(phase)), phase }
  }
  return undefined
}

export async function writeJournal(journal: Journal, node: Writer): Promise<void> {
  await node.write(journalFile('staging'), `${JSON.stringify(journal, null, 2)}\n`, { mode: 0o600 })
}

function parse(text: string, file: string): Journal {
  try {
    const journal = JSON.parse(text) as Journal
    if (journal.version === 1 && journal.swaps.every(isSwap) && hasPaths(journal)) return journal
  } catch {
    // Told below, as any other damage.
  }
  const hint = 'look at the files that it names, then move it away'
  throw new Failure('io', [{ file, message: 'is damaged or of a newer version', hint }])
}

function isSwap({ path, staged, aside, before, after, files }: Swap): boolean {
  return (
    isPath(path) &&
    [staged, aside].every(name => name === null || isPath(name)) &&
    [before, after, ...Object.values(files ?? {})].every(
      digest => digest === null || /^[0-9a-f]{64}$/.test(digest),
    ) &&
    Object.keys(files ?? {}).every(name => !name.includes('/'))
  )
}

function hasPaths({ makes, empties, keeps, drops }: Journal): boolean {
  return [...makes, ...empties].every(isPath) && [...keeps, ...drops].every(isKeptName)
}

function isPath(path: unknown): boolean {
  return typeof path === 'string' && path.startsWith('/')
}
