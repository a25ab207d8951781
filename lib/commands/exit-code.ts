/** The exit code of a command. Pure. */
import type { Report } from '../model/report.ts'

/** 0 done, or the check passed; 1 the check failed; 2 an error. */
export function exitCode(report: Report): 0 | 1 | 2 {
  switch (report.kind) {
    case 'plan':
    case 'restore':
      return report.check && report.changed ? 1 : 0
    case 'apply':
      return report.refused ? 1 : 0
    case 'probe':
      return report.unhealthy.length > 0 ? 1 : 0
    case 'validate':
      return report.strict && report.notices.length > 0 ? 1 : 0
    case 'import':
    case 'init':
    case 'template':
    case 'catalog':
      return 0
    case 'error':
      return 2
  }
}
