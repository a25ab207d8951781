/** Finishes or undoes an earlier run that was cut off. */
import { Failure, type Issue } from '../model/errors.ts'
import type { Writer } from '../system/writer.ts'
import { activate } from './activate.ts'
import { cleanUp } from './clean-up.ts'
import type { Activator, DaemonActivation } from './daemon-activation.ts'
import { readJournal } from './journal.ts'
import type { Journal } from './journal-format.ts'
import { removeLeftovers } from './leftovers.ts'
import { discard, finish } from './swap.ts'
import { undoAll } from './undo.ts'

/** How an unfinished run ended. */
export interface Recovery {
  readonly journal: Journal
  readonly outcome: 'finished' | 'undone'
  /** Files that were changed outside regmirror since, and stay as they are. */
  readonly foreign: readonly string[]
  /** Of daemons that were restarted for it. */
  readonly problems?: readonly Issue[]
}

/**
 * Undefined when there is no such run. One that was restarting daemons does so again: its files stay if they serve. Without
 * an activator its files stay.
 */
export async function recover(node: Writer, openActivator?: OpenActivator): Promise<Recovery | undefined> {
  return await node.remember(() => finishOrUndo(node, openActivator))
}

type OpenActivator = (activations: readonly DaemonActivation[]) => Promise<Activator | undefined>

async function finishOrUndo(
  node: Writer,
  openActivator: OpenActivator | undefined,
): Promise<Recovery | undefined> {
  const found = await readJournal(node)
  if (found === undefined) {
    await removeLeftovers(node)
    return undefined
  }
  const { journal, phase } = found
  const { activations } = journal
  const activator = activations === undefined ? undefined : await openActivator?.(activations)
  if (phase === 'committing') return await finishRun(journal, node)
  if (phase === 'activating') return await settle(journal, activator, node)
  return { journal, outcome: 'undone', ...(await undoAll(node, activator)) }
}

async function finishRun(journal: Journal, node: Writer): Promise<Recovery> {
  const foreign: string[] = []
  for (const swap of journal.swaps) if (!(await finish(swap, node))) foreign.push(swap.path)
  // A swap that was not committed may still need its original.
  const left = foreign.length === 0 ? journal : { ...journal, drop_originals: [] }
  await cleanUp(left, swap => discard(swap, node), 'committing', node)
  return { journal, outcome: 'finished', foreign }
}

/** Every file is in place: the daemons decide whether they stay. */
async function settle(journal: Journal, activator: Activator | undefined, node: Writer): Promise<Recovery> {
  try {
    await activate(journal, activator, node)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { foreign, problems } = await undoAll(node, activator)
    return { journal, outcome: 'undone', foreign, problems: [...error.issues, ...problems] }
  }
  await cleanUp(journal, swap => discard(swap, node), 'activating', node)
  return { journal, outcome: 'finished', foreign: [] }
}
