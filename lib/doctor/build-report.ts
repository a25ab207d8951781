/** A diagnosis as the report of `doctor`. Pure. */
import type { Finding, Severity } from '../model/finding.ts'
import type { DoctorReport } from '../model/report.ts'
import type { Diagnosis } from './diagnose.ts'

/** `more`: findings that are not those of rules, such as those about the list. */
export function buildDoctorReport(
  { found, checked, unread }: Diagnosis,
  more: readonly Finding[],
): DoctorReport {
  const findings = sorted([...found.map(({ finding }) => finding), ...more])
  const count = (severity: Severity) => findings.filter(finding => finding.severity === severity).length
  const summary = { errors: count('error'), warnings: count('warning'), notes: count('note') }
  return { version: 1, kind: 'doctor', findings, summary, checked, unread, notices: [] }
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note']

/** By severity, then by file and line. */
function sorted(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => {
    const bySeverity = ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)
    return bySeverity || compareText(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0)
  })
}

function compareText(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0
}
