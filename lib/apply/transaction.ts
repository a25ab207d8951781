/**
 * All or nothing: stages everything, commits by renames alone, then cleans up. A failure on the way undoes the run; a run
 * that is cut off, or cannot be undone, leaves a journal by which the next run finishes or undoes it.
 */
import path from 'node:path'
import { Failure, type Issue } from '../model/errors.ts'
import { ORIGINALS_DIRECTORY, STATE_FILE } from '../ownership/state.ts'
import type { Writer } from '../system/writer.ts'
import { cleanUp, closeJournal, removeOriginals } from './clean-up.ts'
import { journalFile, type Phase, readJournal, writeJournal } from './journal.ts'
import type { Journal } from './journal-format.ts'
import { removeLeftovers } from './leftovers.ts'
import {
  type Content,
  commit,
  discard,
  discardBackup,
  finish,
  forEachSwap,
  holds,
  type Swap,
  stage,
  undo,
} from './swap.ts'

/** The journal of a run, and the bytes that it writes. */
export interface Transaction {
  readonly journal: Journal
  readonly contents: ReadonlyMap<Swap, readonly Content[]>
  /** A swap must be on disk before one of a higher level. */
  readonly levelOf: (swap: Swap) => number
  /** Keeps what stood there before regmirror. Runs in the staging phase; an undo removes what it kept. */
  readonly keepOriginals: () => Promise<void>
}

/**
 * Runs a transaction. Throws Failure `plan_outdated` when a file is changed outside regmirror meanwhile and `io` when a step fails:
 * the node is then as before, or the error names every file that is not. False: everything is written, but temporaries
 * could not be removed; the journal stays, and the next run removes them.
 */
export async function transact(transaction: Transaction, node: Writer): Promise<boolean> {
  const { journal } = transaction
  try {
    await writeJournal(journal, node)
    await node.flushTogether(() => stageAll(transaction, node))
    await enterPhase('committing', 'staging', node)
    for (const wave of wavesOf(transaction))
      await node.flushTogether(() => forEachSwap(wave, swap => commitOrThrow(swap, node)))
    await forEachSwap(journal.swaps, swap => verify(swap, node))
  } catch (error) {
    return await undoAndThrow(error, journal, node)
  }
  try {
    await cleanUp(journal, swap => discardBackup(swap, node), node)
    return true
  } catch (error) {
    if (error instanceof Failure) return false
    throw error
  }
}

/** How an unfinished run ended. */
export interface Recovery {
  readonly journal: Journal
  readonly outcome: 'finished' | 'undone'
  /** Files that were changed outside regmirror since, and stay as they are. */
  readonly foreign: readonly string[]
}

/** Finishes or undoes an earlier run that was cut off; undefined when there is none. */
export async function recover(node: Writer): Promise<Recovery | undefined> {
  return await node.remember(() => finishOrUndo(node))
}

async function finishOrUndo(node: Writer): Promise<Recovery | undefined> {
  const found = await readJournal(node)
  if (found === undefined) {
    await removeLeftovers(node)
    return undefined
  }
  const { journal, phase } = found
  if (phase !== 'committing') return { journal, outcome: 'undone', foreign: await undoAll(node) }
  const foreign: string[] = []
  for (const swap of journal.swaps) if (!(await finish(swap, node))) foreign.push(swap.path)
  // A swap that was not committed may still need its original.
  const left = foreign.length === 0 ? journal : { ...journal, drop_originals: [] }
  await cleanUp(left, swap => discard(swap, node), node)
  return { journal, outcome: 'finished', foreign }
}

async function stageAll({ journal, contents, keepOriginals }: Transaction, node: Writer): Promise<void> {
  await keepOriginals()
  for (const directory of journal.make_directories) await node.makeDirectory(directory, 0o755)
  await forEachSwap(journal.swaps, swap => stage(swap, contents.get(swap) ?? [], node))
}

/** Swaps that are flushed to disk together: none needs another one of them. */
function wavesOf({ journal, levelOf }: Transaction): readonly (readonly Swap[])[] {
  const waves: Swap[][] = []
  let lowest = Number.NEGATIVE_INFINITY
  for (const swap of journal.swaps) {
    const level = levelOf(swap)
    if (level > lowest || waves.length === 0) waves.push([])
    lowest = waves.at(-1)?.length === 0 ? level : Math.min(lowest, level)
    waves.at(-1)?.push(swap)
  }
  return waves
}

async function enterPhase(next: Phase, from: Phase, node: Writer): Promise<void> {
  await node.rename(journalFile(from), journalFile(next))
}

async function commitOrThrow(swap: Swap, node: Writer): Promise<void> {
  if (await commit(swap, node)) return
  const message = 'was changed outside regmirror during this run'
  throw new Failure('plan_outdated', [
    { file: swap.path, message, hint: 'nothing was changed; run the command again' },
  ])
}

async function verify(swap: Swap, node: Writer): Promise<void> {
  if (await holds(swap, 'after', node)) return
  const message = 'does not contain what regmirror just wrote'
  const hint = 'check the disk and the programs that write this file'
  throw new Failure('io', [{ file: swap.path, message, hint }])
}

/**
 * Undoes the run that the journal describes, in any phase. Returns the paths that were changed outside regmirror
 * since: they stay, and so do their originals.
 */
async function undoAll(node: Writer): Promise<readonly string[]> {
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

/** Undoes the run, then throws its error together with every file that is not as before. */
async function undoAndThrow(error: unknown, journal: Journal, node: Writer): Promise<never> {
  const foreign: Issue[] = []
  try {
    foreign.push(...(await undoAll(node)).map(file => foreignIssue(file, node)))
  } catch (undoError) {
    if (!(error instanceof Failure && undoError instanceof Failure)) throw error
    throw new Failure(error.code, [...error.issues, ...(await findNotUndone(journal, node))])
  }
  if (foreign.length === 0 || !(error instanceof Failure)) throw error
  throw new Failure(error.code, [...error.issues, ...foreign])
}

function foreignIssue(file: string, { root }: Writer): Issue {
  const message = 'was changed outside regmirror during this run and stays as it is'
  return { file, message, hint: `compare it with its original in ${path.join(root, ORIGINALS_DIRECTORY)}` }
}

async function findNotUndone(journal: Journal, node: Writer): Promise<readonly Issue[]> {
  const message = 'regmirror could not undo its change'
  const hint = 'run regmirror apply or regmirror restore again'
  const issues: Issue[] = []
  const state = await node.real(STATE_FILE).catch(() => STATE_FILE)
  for (const swap of journal.swaps) {
    if (swap.path === state) continue
    const unchanged = await holds(swap, 'before', node).catch(() => false)
    if (!unchanged) issues.push({ file: swap.path, message, hint })
  }
  return issues
}
