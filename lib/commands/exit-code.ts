/** The exit code of a command. Pure. */
import type { ExplainedImage } from '../model/explain-report.ts'
import type { DoctorReport, Report } from '../model/report.ts'

/** 0 done, or the check passed; 1 the check failed; 2 an error. */
export function exitCode(report: Report): 0 | 1 | 2 {
  switch (report.kind) {
    case 'restore':
      return report.conflicts ? 2 : report.check && report.changed ? 1 : 0
    case 'plan':
      return report.conflicts ? 2 : report.check && report.changed ? 1 : 0
    case 'apply':
      return report.refused ? 1 : 0
    case 'probe':
      return report.unhealthy.length > 0 ? 1 : 0
    case 'explain':
      return report.images.some(isNotServed) ? 1 : 0
    case 'validate':
      return report.conflicts ? 2 : report.strict && report.notices.length > 0 ? 1 : 0
    case 'doctor':
      return doctorCode(report)
    case 'import':
    case 'init':
    case 'template':
    case 'catalog':
      return 0
    case 'error':
      return 2
  }
}

/** With a probe, one image that no endpoint would serve fails the check. */
function isNotServed({ routes }: ExplainedImage): boolean {
  const probed = routes.flatMap(({ pull }) => pull ?? [])
  return probed.length > 0 && probed.every(({ outcome }) => outcome !== 'served')
}

/** With `--fix --check`, also where something would change. */
function doctorCode({ summary: { errors, warnings }, strict, fix }: DoctorReport): 0 | 1 {
  const isDue = fix?.check === true && fix.changed
  return errors > 0 || (strict && warnings > 0) || isDue ? 1 : 0
}
