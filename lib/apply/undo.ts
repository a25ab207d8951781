/** Puts back what a run has changed. */
import path from 'node:path'
import { Failure, type Issue } from '../model/errors.ts'
import type { Writer } from '../system/writer.ts'
import { closeJournal, removeOriginals } from './clean-up.ts'
import type { Activator } from './daemon-activation.ts'
import { enterPhase, type Phase, readJournal } from './journal.ts'
import type { Journal } from './journal-format.ts'
import type { RevertClear } from './revert-clear.ts'
import { fromCleared, writeCleared } from './revert-clears.ts'
import { discard, holds, type Swap, undo } from './swap.ts'

export interface Undone {
  /** Paths that were changed outside regmirror since: they stay, and so do their originals. */
  readonly foreign: readonly string[]
  /** Why daemons that were restarted do not serve with the old files either. */
  readonly problems: readonly Issue[]
}

/** Undoes the run that the journal describes, in any phase. Daemons that were restarted are restarted again. */
export async function undoAll(node: Writer, activator: Activator | undefined): Promise<Undone> {
  const found = await readJournal(node)
  if (found === undefined) return { foreign: [], problems: [] }
  const { journal } = found
  const phase = await enterUndo(found.phase, node)
  const cleared = phase === 'reverting' ? clearedSwaps(journal) : []
  const undoEach = (swaps: readonly Swap[]) => undoSwaps(swaps, phase, node)
  const others = journal.swaps.filter(swap => !cleared.some(one => one.swap === swap))
  const foreign = [...(await undoEach(others))]
  // Every other file is the old one now.
  if (activator !== undefined) for (const one of cleared) await tryToClear(one, node)
  const reactivate = async () => await activator?.reactivate(journal.activations ?? [])
  const early = cleared.length > 0 ? await reactivate() : undefined
  for (const { swap, clear } of cleared) {
    foreign.push(...(await undoEach([await fromCleared(swap, clear, node)])))
    await node.remove(clear.staged)
  }
  for (const directory of [...journal.make_directories].reverse()) await node.prune(directory)
  if (foreign.length === 0) await removeOriginals(journal.keep_originals, node)
  const late = phase === 'reverting' && cleared.length === 0 ? await reactivate() : undefined
  await closeJournal(phase, node)
  return { foreign, problems: early ?? late ?? [] }
}

/** In reverse. Returns the paths that were changed outside regmirror since. */
async function undoSwaps(swaps: readonly Swap[], phase: Phase, node: Writer): Promise<readonly string[]> {
  const foreign: string[] = []
  for (const swap of swaps.toReversed()) {
    if (phase === 'staging') await discard(swap, node)
    else if (!(await undo(swap, node))) foreign.push(swap.path)
  }
  return foreign
}

interface ClearedSwap {
  readonly swap: Swap
  readonly clear: RevertClear
}

function clearedSwaps({ swaps, revert_clears = [] }: Journal): readonly ClearedSwap[] {
  return swaps.flatMap(swap => {
    const clear = revert_clears.find(({ path: file }) => file === swap.path)
    return clear === undefined ? [] : [{ swap, clear }]
  })
}

/** Where it cannot be written, such as on a full disk, the old file is still put back. */
async function tryToClear({ swap, clear }: ClearedSwap, node: Writer): Promise<void> {
  try {
    await writeCleared(swap, clear, node)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
  }
}

/** A run that is still staging has changed nothing. */
async function enterUndo(phase: Phase, node: Writer): Promise<Phase> {
  const next = phase === 'committing' ? 'undoing' : phase === 'activating' ? 'reverting' : phase
  if (next !== phase) await enterPhase(next, phase, node)
  return next
}

/** Undoes the run, then throws its error together with every file that is not as before. */
export async function undoAndThrow(
  error: unknown,
  journal: Journal,
  node: Writer,
  activator: Activator | undefined,
): Promise<never> {
  const more: Issue[] = []
  try {
    const { foreign, problems } = await undoAll(node, activator)
    more.push(...foreign.map(file => foreignIssue(file, node)), ...problems)
  } catch (undoError) {
    if (!(error instanceof Failure && undoError instanceof Failure)) throw error
    throw new Failure(error.code, [...error.issues, ...(await findNotUndone(journal, node))])
  }
  if (more.length === 0 || !(error instanceof Failure)) throw error
  throw new Failure(error.code, [...error.issues, ...more])
}

function foreignIssue(file: string, { root, statePaths }: Writer): Issue {
  const message = 'was changed outside regmirror during this run and stays as it is'
  return { file, message, hint: `compare it with its original in ${path.join(root, statePaths.originals)}` }
}

async function findNotUndone(journal: Journal, node: Writer): Promise<readonly Issue[]> {
  const message = 'regmirror could not undo its change'
  const hint = 'run regmirror apply or regmirror restore again'
  const issues: Issue[] = []
  const state = await node.real(node.statePaths.state).catch(() => node.statePaths.state)
  for (const swap of journal.swaps) {
    if (swap.path === state) continue
    const unchanged = await holds(swap, 'before', node).catch(() => false)
    if (!unchanged) issues.push({ file: swap.path, message, hint })
  }
  return issues
}
