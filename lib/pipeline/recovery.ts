/** What earlier runs and watchers have left on a node, and what a command that writes does about it before it plans. */
import { hasLeftovers } from '../apply/leftovers.ts'
import { isLocked, withNodeLock } from '../apply/node-lock.ts'
import { listTickets } from '../apply/tickets.ts'
import { Failure } from '../model/errors.ts'
import type { Notice } from '../model/report.ts'
import { watchLockRequest, withWriteLock } from './lock.ts'
import type { WriteAccess } from './write-access.ts'

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
