/** A plan as the report of `plan`, `apply` and `restore`. Pure. */
import { unifiedDiff } from '../formats/diff.ts'
import { hideSecrets } from '../formats/secrets.ts'
import type { Change, PlanReport } from '../model/report.ts'
import type { ManagedFile } from '../ownership/state.ts'
import type { Ownership } from '../system/file-facts.ts'
import { causeOf } from './drift.ts'
import type { Closing } from './permissions.ts'
import type { Plan } from './plan.ts'
import type { Step } from './step.ts'

/** The plan as a report. */
export function planReport(kind: PlanReport['kind'], plan: Plan): PlanReport {
  return {
    version: 1,
    kind,
    changed: plan.steps.length + plan.closings.length > 0,
    changes: [
      ...plan.closings.map(closingChange),
      ...plan.steps.map(step => changeOf(step, kind === 'restore' ? undefined : plan.state.files[step.path])),
    ],
    notices: plan.notices,
    reload: plan.reload,
    restart: plan.restart,
    unchanged: plan.unchanged,
  }
}

function changeOf(step: Step, written: ManagedFile | undefined): Change {
  const cause = causeOf(step, written)
  return {
    target: step.target,
    path: step.path,
    action: step.before === undefined ? 'create' : step.after === undefined ? 'delete' : 'update',
    effect: step.effect,
    why: step.why,
    ...(cause && { cause }),
    ...(step.after && { mode: octal(step.after.ownership.mode) }),
    diff: diffOf(step),
  }
}

function diffOf(step: Step): string {
  const [before, after] = hideSecrets(step.before?.bytes.toString('utf8'), step.after?.bytes.toString('utf8'))
  const diff = unifiedDiff(step.path, before, after)
  if (diff !== '') return diff
  // The bytes are the same or differ in a secret only: say what does change.
  return ownershipDiff(step.before?.ownership, step.after?.ownership)
}

function ownershipDiff(before: Ownership | undefined, after: Ownership | undefined): string {
  const changes = []
  if (before && after && before.uid !== after.uid)
    changes.push(`owner ${before.uid} becomes ${after.uid ?? 'the user who runs regmirror'}`)
  if (changes.length === 0 || before?.mode !== after?.mode)
    changes.unshift(`mode ${octal(before?.mode)} becomes ${octal(after?.mode)}`)
  return changes.join(', ')
}

function octal(mode: number | undefined): string {
  return mode?.toString(8).padStart(4, '0') ?? ''
}

/** A directory that regmirror made and somebody has opened to others. */
function closingChange({ target, path, before, after }: Closing): Change {
  return {
    target,
    path,
    action: 'update',
    effect: 'immediate',
    why: 'its mode or owner is too open',
    cause: 'drift',
    mode: octal(after.mode),
    diff: ownershipDiff(before, after),
  }
}
