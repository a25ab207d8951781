/** Which part of a plan a watcher carries out, and when. Pure. */
import { possibleReloads } from '../../pipeline/planned-activations.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Step } from '../../plan/step.ts'
import { isWritten } from '../../plan/step-order.ts'
import type { Scope } from './host.ts'

/** The part of a plan that needs no daemon, and what is left of it. */
export interface Share {
  readonly plan: Plan
  /** Runtimes that must be reloaded, each in a transaction of its own: one that fails undoes nothing of the others. */
  readonly reloads: readonly string[]
  /** Paths of files that only `apply` writes. */
  readonly pendingFiles: readonly string[]
}

/**
 * A file that needs a restart is a person's decision: a restart before it is written in whole would do harm. `mayReload`:
 * whether the watcher may reload daemons.
 */
export function selectShare(whole: Plan, scope: Scope, mayReload: boolean): Share {
  const reloads = mayReload ? possibleReloads(whole).map(({ target }) => target) : []
  const isForReload = waitsForReload(whole, reloads)
  const isAllowed = allowedIn(whole, scope, mayReload)
  const rest = whole.steps.filter(step => !isForReload(step))
  const pendingFiles = rest.filter(step => !isAllowed(step)).map(step => step.path)
  const plan = withSteps(whole, rest.filter(isAllowed))
  return { plan, reloads, pendingFiles }
}

/** The steps of a runtime that is reloaded, its pending reload, and nothing else. */
export function selectReload(whole: Plan, name: string, scope: Scope): Plan {
  const isOwn = ({ target }: { readonly target: string }) => target === name
  const steps = whole.steps.filter(step => isOwn(step) && (scope === 'all' || step.effect !== 'restart'))
  return {
    ...withSteps(whole, steps),
    notices: whole.notices.filter(({ file }) => steps.some(({ path }) => path === file)),
    permissionFixes: whole.permissionFixes.filter(isOwn),
    reload: whole.reload.filter(isOwn),
  }
}

/**
 * Files that are read at a reload, and with them what is removed for the same runtime: until the reload it may be in use. What
 * is written beside them takes effect immediately, and must not wait.
 */
function waitsForReload({ steps }: Plan, reloads: readonly string[]): (step: Step) => boolean {
  const isRead = (step: Step) => step.effect === 'reload' && reloads.includes(step.target)
  const reloaded = new Set(steps.filter(isRead).map(({ target }) => target))
  return step => isRead(step) || (reloaded.has(step.target) && step.effect !== 'restart' && !isWritten(step))
}

/** A daemon that does not run reads every file when it starts. */
function allowedIn({ daemons }: Plan, scope: Scope, mayReload: boolean): (step: Step) => boolean {
  const stopped = daemons
    .filter(({ daemon }) => daemon.state === 'stopped' || daemon.state === 'absent')
    .map(({ target }) => target)
  return ({ effect, target }) =>
    scope === 'all' ||
    effect === 'immediate' ||
    effect === 'when_used' ||
    (effect === 'reload' && mayReload && stopped.includes(target))
}

/** The other notices say what is done about the files that are left. */
function withSteps(whole: Plan, steps: readonly Step[]): Plan {
  if (steps.length === whole.steps.length) return whole
  const left = whole.steps.filter(step => !steps.includes(step)).map(({ path }) => path)
  const notices = whole.notices.filter(({ file }) => file === undefined || !left.includes(file))
  return { ...whole, steps, notices, forgets: [] }
}
