/** What is left to do when a run is committed or undone. */
import type { Writer } from '../system/writer.ts'
import { journalFile, type Phase } from './journal.ts'
import type { Journal } from './journal-format.ts'
import { removeLeftovers } from './leftovers.ts'
import { forEachSwap, type Swap } from './swap.ts'

/** Removes temporaries, and what nothing refers to after the run. */
export async function cleanUp(
  journal: Journal,
  discardSwap: (swap: Swap) => Promise<void>,
  phase: Phase,
  node: Writer,
): Promise<void> {
  // The journal names the temporaries, so it goes last.
  await node.flushTogether(async () => {
    await forEachSwap(journal.swaps, discardSwap)
    await removeOriginals(journal.drop_originals, node)
    for (const directory of journal.prune_directories) await node.prune(directory)
  })
  await closeJournal(phase, node)
}

export async function removeOriginals(names: readonly string[], node: Writer): Promise<void> {
  for (const name of names) await node.remove(`${node.statePaths.originals}/${name}`)
}

export async function closeJournal(phase: Phase, node: Writer): Promise<void> {
  await removeLeftovers(node)
  await node.prune(node.statePaths.originals)
  await node.remove(journalFile(phase, node))
}
