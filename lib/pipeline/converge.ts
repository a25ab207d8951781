/** The one way in which a node is changed. */
import { applyPlan, isDone } from '../apply/apply.ts'
import type { DaemonActivation } from '../apply/daemon-activation.ts'
import type { Activated } from '../model/activation.ts'
import type { Notice } from '../model/report.ts'
import type { Plan } from '../plan/plan.ts'
import { activatePending } from './activate-pending.ts'
import { openActivator, requireSystemd } from './activator.ts'
import { withWriteLock } from './lock.ts'
import { openMachine } from './open.ts'
import { type ActivateOptions, plannedActivations } from './planned-activations.ts'
import { cleanupNotices } from './recovery-notices.ts'
import type { WriteAccess } from './write-access.ts'

/** A plan, and what else came of making it. */
interface Planned {
  readonly plan: Plan
}

/** What was planned last, and what is to be known of carrying it out. */
export interface Converged<P extends Planned> {
  readonly planned: P
  readonly notices: readonly Notice[]
  /** Daemons that were reloaded or restarted, and serve. */
  readonly activated: readonly Activated[]
}

/** What is done beside writing. */
export interface Extent extends ActivateOptions {
  /** The directories that a lock which is already held has made for the state. */
  readonly made?: readonly string[]
}

/**
 * Plans, and where there is anything to do takes the lock, plans again and carries the plan out as one transaction: while
 * it waited for the lock, another process may have changed what the first plan was made from.
 */
export async function converge<P extends Planned>(
  makePlan: () => Promise<P>,
  access: WriteAccess,
  extent: Extent = {},
): Promise<Converged<P>> {
  const done = await planIfDone(makePlan, extent)
  if (done !== undefined) return { planned: done, notices: [], activated: [] }
  const activated: Activated[] = []
  const { result, notices } = await withWriteLock(access, async made => {
    const planned = await makePlan()
    const work = {
      activations: plannedActivations(planned.plan, extent),
      made: [...(extent.made ?? []), ...made],
    }
    const isClean = await carryOut(planned.plan, access, work, one => activated.push(one))
    return { planned, isClean }
  })
  return {
    planned: result.planned,
    notices: [...notices, ...cleanupNotices(result.isClean, access.node)],
    activated,
  }
}

/** The plan if there is nothing to do; another one is not kept in memory while the next is made. */
async function planIfDone<P extends Planned>(
  makePlan: () => Promise<P>,
  extent: ActivateOptions,
): Promise<P | undefined> {
  const planned = await makePlan()
  return isDone(planned.plan) && plannedActivations(planned.plan, extent).length === 0 ? planned : undefined
}

interface Work {
  readonly activations: readonly DaemonActivation[]
  readonly made: readonly string[]
}

async function carryOut(
  plan: Plan,
  access: WriteAccess,
  { activations, made }: Work,
  done: (activated: Activated) => void,
): Promise<boolean> {
  const { node, options, world } = access
  await requireSystemd(activations)
  const activator = activations.length > 0 ? openActivator(access, done) : undefined
  const command = access.command === 'restore' ? ('restore' as const) : ('apply' as const)
  const bootClock = openMachine(options, world)?.bootClock
  const occasion = { command, now: world.now(), bootClock, made }
  if (activator !== undefined && isDone(plan)) {
    await activatePending(activations, activator, access, occasion)
    return true
  }
  return await applyPlan(plan, node, { ...occasion, ...(activator && { activations, activator }) })
}
