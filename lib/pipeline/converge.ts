/** The one way in which a node is changed. */
import { applyPlan, isDone, type RunInfo } from '../apply/apply.ts'
import type { DaemonActivation } from '../apply/daemon-activation.ts'
import { noteLoaded } from '../apply/write-time.ts'
import type { Activated } from '../model/activation.ts'
import type { Notice } from '../model/report.ts'
import { clearingStep } from '../plan/cleared-values.ts'
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
 * it waited for the lock, another process may have changed what the first plan was made from. Where a daemon must read an
 * empty value before its key goes, there are two transactions; what is left between them is a file that regmirror manages.
 */
export async function converge<P extends Planned>(
  makePlan: () => Promise<P>,
  access: WriteAccess,
  extent: Extent = {},
): Promise<Converged<P>> {
  const done = await planIfDone(makePlan, access, extent)
  if (done !== undefined) return { planned: done, notices: [], activated: [] }
  const activated: Activated[] = []
  const { result, notices } = await withWriteLock(access, async made => {
    const planned = await makePlan()
    const work = {
      makePlan,
      activations: plannedActivations(planned.plan, extent, access.command),
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
  { command }: WriteAccess,
  extent: ActivateOptions,
): Promise<P | undefined> {
  const planned = await makePlan()
  const isIdle = isDone(planned.plan) && plannedActivations(planned.plan, extent, command).length === 0
  return isIdle ? planned : undefined
}

interface Work {
  readonly makePlan: () => Promise<Planned>
  readonly activations: readonly DaemonActivation[]
  readonly made: readonly string[]
}

async function carryOut(
  plan: Plan,
  access: WriteAccess,
  { makePlan, activations, made }: Work,
  done: (activated: Activated) => void,
): Promise<boolean> {
  const { node, options, world } = access
  await requireSystemd(activations, access.command)
  const activator = activations.length > 0 ? openActivator(access, done) : undefined
  const command = access.command === 'restore' ? ('restore' as const) : ('apply' as const)
  const bootClock = openMachine(options, world)?.bootClock
  const occasion = { command, now: world.now(), bootClock, made }
  if (activator !== undefined && isDone(plan)) {
    await activatePending(activations, activator, access, occasion)
    await noteLoaded(activations, node, bootClock)
    return true
  }
  const clearing = clearingPlan(plan, activations)
  const isClean = await applyPlan(clearing ?? plan, node, {
    ...occasion,
    ...(activator && { activations, activator }),
  })
  // A journal that is left is the next run's first work.
  if (clearing === undefined || !isClean) return isClean
  return await finishClearing(await makePlan(), activations, access, occasion)
}

/** With what daemons must read before keys go; undefined where there is no such step for a daemon that is reloaded. */
function clearingPlan(plan: Plan, activations: readonly DaemonActivation[]): Plan | undefined {
  const reloaded = activations.filter(({ action }) => action === 'reload').map(({ target }) => target)
  const isClearing = ({ clears, target }: Plan['steps'][number]) =>
    clears !== undefined && reloaded.includes(target)
  const paths = new Set(plan.steps.filter(isClearing).map(({ path }) => path))
  if (paths.size === 0) return undefined
  return {
    ...plan,
    steps: plan.steps.map(step =>
      isClearing(step) ? clearingStep(step, plan.state.files[step.path]) : step,
    ),
    forgets: plan.forgets.filter(path => !paths.has(path)),
  }
}

/** The daemons have no value any more for the keys that go now. */
async function finishClearing(
  { plan }: Planned,
  activations: readonly DaemonActivation[],
  { node }: WriteAccess,
  occasion: RunInfo,
): Promise<boolean> {
  const isClean = await applyPlan(plan, node, occasion)
  await noteLoaded(activations, node, occasion.bootClock)
  return isClean
}
