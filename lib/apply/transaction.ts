/**
 * All or nothing: stages everything, commits by renames alone, then cleans up. A failure on the way undoes the run; a run
 * that is cut off, or cannot be undone, leaves a journal by which the next run finishes or undoes it.
 */
import { Failure } from '../model/errors.ts'
import type { Writer } from '../system/writer.ts'
import { activate } from './activate.ts'
import { cleanUp } from './clean-up.ts'
import type { Activator } from './daemon-activation.ts'
import { enterPhase, writeJournal } from './journal.ts'
import type { Journal } from './journal-format.ts'
import { type Content, commit, discardBackup, forEachSwap, holds, type Swap, stage } from './swap.ts'
import { undoAndThrow } from './undo.ts'

/** The journal of a run, and the bytes that it writes. */
export interface Transaction {
  readonly journal: Journal
  readonly contents: ReadonlyMap<Swap, readonly Content[]>
  /** A swap must be on disk before one of a higher level. */
  readonly levelOf: (swap: Swap) => number
  /** Keeps what stood there before regmirror. Runs in the staging phase; an undo removes what it kept. */
  readonly keepOriginals: () => Promise<void>
  /** Carries out the activations of the journal. */
  readonly activator?: Activator | undefined
}

/**
 * Runs a transaction. Throws Failure `plan_outdated` when a file is changed outside regmirror meanwhile and `io` when a step fails:
 * the node is then as before, or the error names every file that is not. False: everything is written, but temporaries
 * could not be removed; the journal stays, and the next run removes them.
 */
export async function transact(transaction: Transaction, node: Writer): Promise<boolean> {
  const { journal, activator } = transaction
  try {
    await writeJournal(journal, node)
    await node.flushTogether(() => stageAll(transaction, node))
    await enterPhase('committing', 'staging', node)
    for (const wave of wavesOf(transaction))
      await node.flushTogether(() => forEachSwap(wave, swap => commitOrThrow(swap, node)))
    await forEachSwap(journal.swaps, swap => verify(swap, node))
    if (isActivating(transaction)) await enterPhase('activating', 'committing', node)
    await activate(journal, activator, node)
  } catch (error) {
    return await undoAndThrow(error, journal, node, activator)
  }
  try {
    const phase = isActivating(transaction) ? 'activating' : 'committing'
    await cleanUp(journal, swap => discardBackup(swap, node), phase, node)
    return true
  } catch (error) {
    if (error instanceof Failure) return false
    throw error
  }
}

function isActivating({ journal, activator }: Pick<Transaction, 'journal' | 'activator'>): boolean {
  return activator !== undefined && (journal.activations ?? []).length > 0
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
