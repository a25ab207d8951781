/** The one way in which a node is changed. */
import { applyPlan, isDone } from '../apply/apply.ts'
import type { Notice } from '../model/report.ts'
import type { Plan } from '../plan/plan.ts'
import { type WriteAccess, withWriteLock } from './lock.ts'
import { openMachine } from './open.ts'
import { cleanupNotices } from './recovery-notices.ts'

/** A plan, and what else came of making it. */
interface Planned {
  readonly plan: Plan
}

/** What was planned last, and what is to be known of carrying it out. */
export interface Converged<P extends Planned> {
  readonly planned: P
  readonly notices: readonly Notice[]
}

/**
 * Plans, and where there is anything to write takes the lock, plans again and carries the plan out as one transaction:
 * while it waited for the lock, another process may have changed what the first plan was made from. `made` are the
 * directories that a lock which is already held has made for the state.
 */
export async function converge<P extends Planned>(
  makePlan: () => Promise<P>,
  access: WriteAccess,
  made: readonly string[] = [],
): Promise<Converged<P>> {
  const done = await planIfDone(makePlan)
  if (done !== undefined) return { planned: done, notices: [] }
  const { result, notices } = await withWriteLock(access, async more => {
    const latest = await makePlan()
    return { planned: latest, isClean: await carryOut(latest.plan, access, [...made, ...more]) }
  })
  return { planned: result.planned, notices: [...notices, ...cleanupNotices(result.isClean)] }
}

/** The plan if there is nothing to write; another one is not kept in memory while the next is made. */
async function planIfDone<P extends Planned>(makePlan: () => Promise<P>): Promise<P | undefined> {
  const planned = await makePlan()
  return isDone(planned.plan) ? planned : undefined
}

async function carryOut(plan: Plan, access: WriteAccess, made: readonly string[]): Promise<boolean> {
  const { node, options, world } = access
  const command = access.command === 'restore' ? 'restore' : 'apply'
  const bootClock = openMachine(options, world)?.bootClock
  return await applyPlan(plan, node, { command, now: world.now(), bootClock, made })
}
