/** Reports as one JSON document: the Report itself. */
import type { Report } from '../model/report.ts'

export function jsonReport(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
