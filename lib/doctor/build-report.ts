/** A diagnosis as the report of `doctor`. Pure. */
import type { Severity } from '../model/finding.ts'
import type { DoctorReport } from '../model/report.ts'
import type { Diagnosis } from './diagnose.ts'

export function buildDoctorReport({ found, checked, unread }: Diagnosis): DoctorReport {
  const findings = found.map(({ finding }) => finding)
  const count = (severity: Severity) => findings.filter(finding => finding.severity === severity).length
  const summary = { errors: count('error'), warnings: count('warning'), notes: count('note') }
  return { version: 1, kind: 'doctor', findings, summary, checked, unread, notices: [] }
}
