/**
 * All or nothing: stages everything, then commits by renames alone, then sweeps up. A failure on the way puts the
 * node back; a run that is cut off, or cannot put it back, leaves a journal by which the next one does.
 */
import path from 'node:path'
import { Failure, type Issue } from '../model/errors.ts'
import { ORIGINALS_DIRECTORY, STATE_DIRECTORY, STATE_FILE, WATCH_FILES } from '../ownership/state.ts'
import type { Reader, Writer } from '../system/files.ts'
import { isTemporary, parseTemporaryName } from '../system/temporary-name.ts'
import { isJournalName, journalFile, type Phase, readJournal, writeJournal } from './journal.ts'
import type { Journal } from './journal-format.ts'
import { isLocked } from './lock.ts'
import { type Content, commit, discard, holds, type Swap, stage, undo } from './swap.ts'
import { isWriterName } from './tickets.ts'

/** What is to be done, and the bytes for it. */
export interface Transaction {
  readonly journal: Journal
  readonly contents: ReadonlyMap<Swap, readonly Content[]>
  /** Keeps what was there before us. Run in the staging phase; what it leaves is swept up if all is undone. */
  readonly keepOriginals: () => Promise<void>
}

/**
 * Carries the work out. Throws Failure `stale` when somebody changes a file meanwhile and `io` when a step fails:
 * the node is then as before, or the error names every file that is not. False: all is done, but leftovers could
 * not be swept up; the journal stays, and the next run does it.
 */
export async function transact(work: Transaction, node: Writer): Promise<boolean> {
  const { journal } = work
  try {
    await writeJournal(journal, node)
    await stageAll(work, node)
    await enterPhase('committing', 'staging', node)
    for (const swap of journal.swaps) await commitOrFail(swap, node)
    for (const swap of journal.swaps) await verify(swap, node)
  } catch (error) {
    return await undoAndThrow(error, journal, node)
  }
  try {
    await sweep(journal, node)
    return true
  } catch (error) {
    if (error instanceof Failure) return false
    throw error
  }
}

/** What came of an unfinished run: its journal, and whether it was finished or undone. */
export interface Recovery {
  readonly journal: Journal
  readonly outcome: 'finished' | 'undone'
  /** Files that somebody else has changed since, which were left as they are. */
  readonly foreign: readonly string[]
}

/** Finishes or undoes what an earlier run has left; undefined when it left nothing. */
export async function recover(node: Writer): Promise<Recovery | undefined> {
  const found = await readJournal(node)
  if (found === undefined) {
    await removeLeftovers(node)
    return undefined
  }
  const { journal, phase } = found
  if (phase !== 'committing') {
    return { journal, outcome: 'undone', foreign: await backOut(node) }
  }
  const foreign: string[] = []
  for (const swap of journal.swaps) if (!(await commit(swap, node))) foreign.push(swap.path)
  // What did not come about may want its original again.
  await sweep(foreign.length === 0 ? journal : { ...journal, drop_originals: [] }, node)
  return { journal, outcome: 'finished', foreign }
}

async function stageAll({ journal, contents, keepOriginals }: Transaction, node: Writer): Promise<void> {
  await keepOriginals()
  for (const directory of journal.make_directories) await node.makeDirectory(directory, 0o755)
  for (const swap of journal.swaps) await stage(swap, contents.get(swap) ?? [], node)
}

async function enterPhase(next: Phase, from: Phase, node: Writer): Promise<void> {
  await node.rename(journalFile(from), journalFile(next))
}

async function commitOrFail(swap: Swap, node: Writer): Promise<void> {
  if (await commit(swap, node)) return
  const hint = 'nothing was changed; run it again'
  throw new Failure('stale', [{ file: swap.path, message: 'changed while it was to be replaced', hint }])
}

async function verify(swap: Swap, node: Writer): Promise<void> {
  if (await holds(swap, 'after', node)) return
  const hint = 'check the disk, and what else writes there'
  throw new Failure('io', [{ file: swap.path, message: 'does not read back as it was written', hint }])
}

/**
 * Puts the node back as it was before what the journal speaks of; whatever its phase really is by now. Gives the
 * paths that somebody else has changed since: they stay, and the originals that were kept of them too.
 */
async function backOut(node: Writer): Promise<readonly string[]> {
  const found = await readJournal(node)
  if (found === undefined) return []
  const { journal, phase } = found
  const staged = phase !== 'staging'
  const foreign: string[] = []
  if (phase === 'committing') await enterPhase('undoing', phase, node)
  for (const swap of [...journal.swaps].reverse()) {
    if (!staged) await discard(swap, node)
    else if (!(await undo(swap, node))) foreign.push(swap.path)
  }
  for (const directory of [...journal.make_directories].reverse()) await node.prune(directory)
  if (foreign.length === 0) await removeOriginals(journal.keep_originals, node)
  await closeJournal(staged ? 'undoing' : phase, node)
  return foreign
}

/** Everything is in its place: what waited goes, and what is no longer needed. */
async function sweep(journal: Journal, node: Writer): Promise<void> {
  for (const swap of journal.swaps) await discard(swap, node)
  await removeOriginals(journal.drop_originals, node)
  for (const directory of journal.prune_directories) await node.prune(directory)
  await closeJournal('committing', node)
}

async function removeOriginals(names: readonly string[], node: Writer): Promise<void> {
  for (const name of names) await node.remove(`${ORIGINALS_DIRECTORY}/${name}`)
}

async function closeJournal(phase: Phase, node: Writer): Promise<void> {
  await removeLeftovers(node)
  await node.prune(ORIGINALS_DIRECTORY)
  await node.remove(journalFile(phase))
}

/** Removes what a run that was killed was just writing down for itself. */
async function removeLeftovers(node: Writer): Promise<void> {
  // What a watcher writes at this moment is no leftover.
  const watched = await isLocked(node, 'watch')
  await removeTemporaries(ORIGINALS_DIRECTORY, () => true, node)
  await removeTemporaries(STATE_DIRECTORY, name => !watched || !isWatchFile(name), node)
}

/** Removes what a watcher that was killed was just writing down. For the only one that watches. */
export async function removeWatchLeftovers(node: Writer): Promise<void> {
  await removeTemporaries(STATE_DIRECTORY, isWatchFile, node)
}

function isWatchFile(name: string): boolean {
  return WATCH_FILES.some(file => path.basename(file) === name)
}

async function removeTemporaries(
  directory: string,
  isLeft: (name: string) => boolean,
  node: Writer,
): Promise<void> {
  for (const { name } of (await node.entries(directory)) ?? []) {
    const of = parseTemporaryName(name)
    if (of !== undefined && isLeft(of)) await node.remove(`${directory}/${name}`)
  }
}

/** Whether an earlier run has left anything: a journal, or what it was killed over before it had one or after. */
export async function hasLeftovers(node: Reader): Promise<boolean> {
  const entries = await node.entries(STATE_DIRECTORY)
  return entries?.length === 0 || entries?.some(({ name }) => isLeftover(name)) === true
}

/** What else is there is somebody's, such as the lost+found of a volume. */
function isLeftover(name: string): boolean {
  return isJournalName(name) || isWriterName(name) || isTemporary(name)
}

/** Backs out, then throws the error that made it necessary, with every file that could not be put back. */
async function undoAndThrow(error: unknown, journal: Journal, node: Writer): Promise<never> {
  const foreign: Issue[] = []
  try {
    const message = 'was changed by somebody else meanwhile: that stays, and the original is kept'
    foreign.push(
      ...(await backOut(node)).map(file => ({ file, message, hint: `look into ${ORIGINALS_DIRECTORY}` })),
    )
  } catch (stuck) {
    if (!(error instanceof Failure && stuck instanceof Failure)) throw error
    throw new Failure(error.code, [...error.issues, ...(await findNotUndone(journal, node))])
  }
  if (foreign.length === 0 || !(error instanceof Failure)) throw error
  throw new Failure(error.code, [...error.issues, ...foreign])
}

async function findNotUndone(journal: Journal, node: Writer): Promise<readonly Issue[]> {
  const hint = 'run regmirror again: it finishes or undoes this first'
  const issues: Issue[] = []
  const state = await node.real(STATE_FILE).catch(() => STATE_FILE)
  for (const swap of journal.swaps) {
    if (swap.path === state) continue
    const unchanged = await holds(swap, 'before', node).catch(() => false)
    if (!unchanged) issues.push({ file: swap.path, message: 'is new and could not be put back', hint })
  }
  return issues
}
