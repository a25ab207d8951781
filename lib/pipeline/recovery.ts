/** What earlier runs and watchers have left on a node, and what is done about it before a command plans. */
import { readJournal } from '../apply/journal.ts'
import { hasLeftovers } from '../apply/leftovers.ts'
import { isLocked, withNodeLock } from '../apply/node-lock.ts'
import { listTickets } from '../apply/tickets.ts'
import { Failure } from '../model/errors.ts'
import type { Notice } from '../model/report.ts'
import { STATE_DIRECTORY } from '../ownership/state.ts'
import type { Writer } from '../system/writer.ts'
import { type WriteAccess, watchLockRequest, withWriteLock } from './lock.ts'

/** Finishes or undoes an interrupted run, and removes the tickets of watchers that have ended. */
export async function recoverNode(access: WriteAccess): Promise<readonly Notice[]> {
  await sweepTickets(access)
  return await recoverRun(access)
}

/** Finishes or undoes an interrupted run, unless a process writes to the node now. */
export async function recoverRun(access: WriteAccess): Promise<readonly Notice[]> {
  if (!(await hasLeftovers(access.node)) || (await isLocked(access.node))) return []
  return (await withWriteLock(access, async () => {})).notices
}

/** Taking the lock of watchers removes their stale tickets. */
async function sweepTickets({ command, node, world }: WriteAccess): Promise<void> {
  if ((await listTickets(node, 'watch')).length === 0 || (await isLocked(node, 'watch'))) return
  await withNodeLock(node, await watchLockRequest(command, node, world), async () => {}).catch(error => {
    // A watcher was started meanwhile.
    if (!(error instanceof Failure) || error.code !== 'locked') throw error
  })
}

/** What to know of an interrupted run where nothing may be written. */
export async function interruptedNotices(node: Writer): Promise<readonly Notice[]> {
  const found = await readJournal(node)
  if (found === undefined) return []
  if (await isLocked(node)) {
    const message = 'another regmirror process is writing to this node; run the command again later'
    return [{ code: 'apply_in_progress', message, file: STATE_DIRECTORY }]
  }
  const { command, started_at } = found.journal
  const verb = found.phase === 'committing' ? 'finishes' : 'undoes'
  const message = `regmirror ${command} of ${started_at} was interrupted; the next apply or restore ${verb} it first`
  return [{ code: 'run_interrupted', message, file: STATE_DIRECTORY }]
}
