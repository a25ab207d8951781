/** A plan as the report of `plan`, `apply` and `restore`. Pure. */
import { unifiedDiff } from '../diff.ts'
import type { Change, PlanReport } from '../report.ts'
import { hideSecrets } from '../secrets.ts'
import type { Written } from '../state.ts'
import { causeOf } from './drift.ts'
import type { Plan } from './plan.ts'
import type { Step } from './step.ts'

/** The plan as a report. */
export function planReport(kind: PlanReport['kind'], plan: Plan): PlanReport {
  return {
    version: 1,
    kind,
    changed: plan.steps.length > 0,
    changes: plan.steps.map(step =>
      changeOf(step, kind === 'restore' ? undefined : plan.state.files[step.path]),
    ),
    notices: plan.notices,
    restart: plan.restart,
    unchanged: plan.unchanged,
  }
}

function changeOf(step: Step, written: Written | undefined): Change {
  const cause = causeOf(step, written)
  return {
    target: step.target,
    path: step.path,
    action: step.before === undefined ? 'create' : step.after === undefined ? 'delete' : 'update',
    effect: step.effect,
    why: step.why,
    ...(cause && { cause }),
    ...(step.after && { mode: step.after.ownership.mode.toString(8).padStart(4, '0') }),
    diff: diffOf(step),
  }
}

function diffOf(step: Step): string {
  const [before, after] = hideSecrets(step.before?.bytes.toString('utf8'), step.after?.bytes.toString('utf8'))
  const diff = unifiedDiff(step.path, before, after)
  if (diff !== '') return diff
  // The bytes are the same or differ in a secret only: say what does change.
  const octal = (mode: number | undefined) => mode?.toString(8).padStart(4, '0')
  return `mode ${octal(step.before?.ownership.mode)} becomes ${octal(step.after?.ownership.mode)}`
}
