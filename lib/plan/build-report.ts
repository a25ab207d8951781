/** A plan as the report of `plan`, `apply` and `restore`. Pure. */
import { unifiedDiff } from '../formats/diff.ts'
import { hideSecrets } from '../formats/secrets.ts'
import type { Change, Changes, PlanReport } from '../model/report.ts'
import type { TargetReport } from '../model/target-report.ts'
import type { ManagedFile } from '../ownership/managed-file.ts'
import type { Ownership } from '../system/file-facts.ts'
import type { Daemon } from '../targets/daemon.ts'
import { plainLosses } from '../targets/losses.ts'
import { withoutRestarted } from './activations.ts'
import { findCause } from './drift.ts'
import type { PermissionFix } from './permissions.ts'
import type { Plan } from './plan.ts'
import { type Step, TOO_OPEN } from './step.ts'

/** The part of the report that follows from the plan. */
export function buildPlanReport<Kind extends PlanReport['kind']>(
  kind: Kind,
  plan: Plan,
): Changes & { readonly kind: Kind } {
  const { steps, permissionFixes, notices, restart, unchanged, state, daemons, endpoints } = plan
  const starting = new Set(daemons.flatMap(({ target, daemon }) => (isStarting(daemon) ? target : [])))
  const changeOf = (step: Step) => {
    const effect = starting.has(step.target) && step.effect !== 'when_used' ? 'start' : step.effect
    return stepChange(step, effect, kind === 'restore' ? undefined : state.files[step.path])
  }
  const changes = [...permissionFixes.map(permissionChange), ...steps.map(changeOf)]
  const changed = changes.length > 0
  const reload = withoutRestarted(plan)
  const targets = daemons.length > 0 && { targets: daemons.map(targetReport) }
  const compared = endpoints.length > 0 && { endpoints }
  const lost = plan.losses && { losses: plainLosses(plan.losses) }
  const whole = { version: 1, kind, changed, changes, notices, reload, restart, unchanged } as const
  return { ...whole, ...lost, ...compared, ...targets }
}

/** Whether it does not run yet: then it reads every file when it starts. */
function isStarting({ state }: Daemon): boolean {
  return state === 'stopped' || state === 'absent'
}

export function targetReport({ target, daemon }: Plan['daemons'][number]): TargetReport {
  if (daemon.state !== 'running') return { target, daemon }
  const { state, pid, version, config, executable, stateDirectory, distribution } = daemon
  return {
    target,
    daemon: {
      ...{ state, pid, ...(version !== undefined && { version }), ...(config !== undefined && { config }) },
      executable,
      ...(stateDirectory !== undefined && { state_directory: stateDirectory }),
      ...(distribution !== undefined && { distribution }),
    },
  }
}

function stepChange(step: Step, effect: Change['effect'], written: ManagedFile | undefined): Change {
  const { target, path, action, why, registry, after } = step
  const cause = findCause(step, written)
  const mode = after && octal(after.ownership.mode)
  return {
    target,
    path,
    action,
    effect,
    why,
    ...(registry !== undefined && { registry }),
    ...(cause && { cause }),
    ...(mode && { mode }),
    // Made when it is shown: `apply` shows none.
    get diff() {
      return diffOf(step)
    },
  }
}

function diffOf({ path, before, after, owns, keepsOwner }: Step): string {
  const [old, next] = [before?.bytes.toString('utf8'), after?.bytes.toString('utf8')]
  const diff = unifiedDiff(path, ...hideSecrets(old, next, owns.format))
  if (diff !== '') return diff
  // The bytes are the same, or differ only in a secret.
  return ownershipDiff(before?.ownership, after?.ownership, keepsOwner)
}

function ownershipDiff(
  before: Ownership | undefined,
  after: Ownership | undefined,
  keepsOwner = false,
): string {
  const changes = []
  if (before && after && !keepsOwner && before.uid !== after.uid)
    changes.push(`owner ${before.uid} becomes ${after.uid ?? 'the user who runs regmirror'}`)
  if (changes.length === 0 || before?.mode !== after?.mode)
    changes.unshift(`mode ${octal(before?.mode)} becomes ${octal(after?.mode)}`)
  return changes.join(', ')
}

function octal(mode: number | undefined): string {
  return mode?.toString(8).padStart(4, '0') ?? ''
}

/** A directory that regmirror made and that other users can write. */
function permissionChange({ target, path, before, after }: PermissionFix): Change {
  return {
    target,
    path,
    action: 'update',
    effect: 'immediate',
    why: TOO_OPEN,
    cause: 'drift',
    mode: octal(after.mode),
    diff: ownershipDiff(before, after),
  }
}
