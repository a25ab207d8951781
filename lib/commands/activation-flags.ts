/** `--reload` and `--restart`: what they are, where they are refused, and the report of what they did. Pure. */
import type { Activated, Activation } from '../model/activation.ts'
import { Failure } from '../model/errors.ts'
import type { AppliedReport, RestoredReport } from '../model/report.ts'
import { toggle } from './flag-types.ts'

export const activationFlags = {
  restart: toggle('restart the runtime if a change needs it; if it does not serve then, undo everything'),
  reload: toggle('the same where a reload is enough'),
}

interface ActivateFlags {
  readonly root: string | undefined
  readonly restart: boolean
  readonly reload: boolean
}

/** Throws Failure `usage`. */
export function refuseUnderRoot({ root, restart, reload }: ActivateFlags): void {
  if (root === undefined || !(restart || reload)) return
  const flag = restart ? '--restart' : '--reload'
  const message = `${flag} and --root cannot be used together: no daemon runs from that tree`
  throw new Failure('usage', [{ message, hint: 'remove one' }])
}

/** What was reloaded or restarted in this run requires no more. */
export function withActivated<Report extends AppliedReport | RestoredReport>(
  report: Report,
  activated: readonly Activated[],
): Report {
  if (activated.length === 0) return report
  const isDone = ({ target }: Activation, ...by: readonly Activated['action'][]) =>
    activated.some(one => one.target === target && by.includes(one.action))
  return {
    ...report,
    reload: report.reload.filter(one => !isDone(one, 'reload', 'restart')),
    restart: report.restart.filter(one => !isDone(one, 'restart')),
    activated,
  }
}
