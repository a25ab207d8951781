/** Puts back what a run has changed. */
import path from 'node:path'
import { Failure, type Issue } from '../model/errors.ts'
import type { Writer } from '../system/writer.ts'
import { closeJournal, removeOriginals } from './clean-up.ts'
import type { Activator } from './daemon-activation.ts'
import { enterPhase, type Phase, readJournal } from './journal.ts'
import type { Journal } from './journal-format.ts'
import { discard, holds, undo } from './swap.ts'

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
  const foreign: string[] = []
  for (const swap of [...journal.swaps].reverse()) {
    if (phase === 'staging') await discard(swap, node)
    else if (!(await undo(swap, node))) foreign.push(swap.path)
  }
  for (const directory of [...journal.make_directories].reverse()) await node.prune(directory)
  if (foreign.length === 0) await removeOriginals(journal.keep_originals, node)
  const problems = phase === 'reverting' ? await activator?.reactivate(journal.activations ?? []) : []
  await closeJournal(phase, node)
  return { foreign, problems: problems ?? [] }
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
