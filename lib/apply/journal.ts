/**
 * What is under way on a node, so that the next run can finish or undo what this one could not. It holds paths and
 * digests, never bytes. Its phase is its name: moving on is a rename, which needs no room on a full disk.
 */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import { isKeptName, isPath } from '../ownership/managed-file.ts'
import { refuseBorrowedPaths, STATE_DIRECTORY } from '../ownership/state.ts'
import type { Reader, Writer } from '../system/files.ts'
import { temporaryOf, temporaryPart } from '../system/temporary.ts'
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
    if (bytes === undefined) continue
    const journal = parse(bytes.toString('utf8'), journalFile(phase))
    await refuseOutside(journal, journalFile(phase), node)
    return { journal, phase }
  }
  return undefined
}

/**
 * A journal may come with an image. Its paths have no links in them, as we wrote them down; and one that lies in the
 * image itself does not speak of what is mounted there from this machine.
 */
async function refuseOutside({ swaps, makes, empties }: Journal, file: string, node: Reader): Promise<void> {
  const places = swaps.flatMap(({ path, staged, aside }) =>
    [path, staged, aside].filter(name => name !== null),
  )
  await refuseBorrowedPaths([...places, ...makes, ...empties], file, node)
  for (const name of places)
    if ((await node.real(name)) !== name)
      throw untrusted(file, `names ${name}, which a link stands in the way of`)
}

function untrusted(file: string, message: string): Failure {
  return new Failure('io', [{ file, message, hint: LOOK }])
}

const LOOK = 'look at the files that it names, then move it away'

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
  throw untrusted(file, 'is damaged or of a newer version')
}

function isSwap({ path: place, staged, aside, before, after, files }: Swap): boolean {
  const names = Object.keys(files ?? {})
  return (
    isPath(place) &&
    staged !== aside &&
    [staged, aside].every(name => name === null || isTemporaryFor(place, name)) &&
    [before, after, ...Object.values(files ?? {})].every(
      digest => digest === null || /^[0-9a-f]{64}$/.test(digest),
    ) &&
    // A directory is told by the files in it: without any, it would be any directory.
    (files === null || (names.length > 0 && names.every(isName)))
  )
}

/** Whether a temporary is one that we would give to what stands at that place. */
function isTemporaryFor(place: string, name: string): boolean {
  const isBeside = isPath(name) && path.dirname(name) === path.dirname(place)
  return isBeside && temporaryOf(path.basename(name)) === temporaryPart(place)
}

function isName(name: string): boolean {
  return name !== '' && path.basename(name) === name && name !== '.' && name !== '..' && !name.includes('\0')
}

function hasPaths({ makes, empties, keeps, drops }: Journal): boolean {
  return [...makes, ...empties].every(isPath) && [...keeps, ...drops].every(isKeptName)
}
