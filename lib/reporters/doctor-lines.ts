/** The report of `doctor` as text: each finding with its consequence and its cure, then the counts. Pure. */
import type { Finding, Severity } from '../model/finding.ts'
import type { DoctorReport } from '../model/report.ts'
import { plural } from '../wording/plural.ts'
import { printable } from '../wording/printable.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'

const STYLES = { error: 'red', warning: 'yellow', note: 'bold' } as const

export function doctorLines(report: DoctorReport, page: TerminalStyle): readonly string[] {
  const findings = report.findings.flatMap(finding => [...findingLines(finding, page), ''])
  return [...findings, ...unreadLines(report, page), ...summaryLines(report, page)]
}

function findingLines(finding: Finding, page: TerminalStyle): readonly string[] {
  const { file, line, registry, severity, problem, consequence, cure, code } = finding
  const place = [file, line].filter(part => part !== undefined).join(':') || registry
  const first = [place, problem].filter(Boolean).join(': ')
  const style = STYLES[severity]
  return [
    ...fitted(`${severity}: ${printable(first)} (${code})`, page, INDENT).map((text, nth) =>
      nth === 0 ? text.replace(severity, page.paint(style, severity)) : text,
    ),
    ...below(consequence, page),
    ...below(`cure: ${cure}`, page),
  ]
}

const INDENT = '  '

function below(text: string, page: TerminalStyle): readonly string[] {
  return fitted(INDENT + printable(text), page, INDENT)
}

function unreadLines({ unread }: DoctorReport, page: TerminalStyle): readonly string[] {
  const lines = unread.flatMap(({ file, why }) =>
    fitted(printable(`not checked: ${file}: ${why}`), page, INDENT),
  )
  return lines.length === 0 ? [] : [...lines, '']
}

const PLURALS: Readonly<Record<Severity, readonly [string, string]>> = {
  error: ['error', 'errors'],
  warning: ['warning', 'warnings'],
  note: ['note', 'notes'],
}

function summaryLines(report: DoctorReport, page: TerminalStyle): readonly string[] {
  const { findings, summary, checked } = report
  const about = checked.flatMap(({ target, rules, about }) =>
    fitted(printable(`checked ${rules} rules of ${target}: ${about.join('; ')}`), page, INDENT),
  )
  if (findings.length === 0) return [page.paint('green', 'no findings'), ...about]
  const counts = [
    plural(summary.errors, ...PLURALS.error),
    plural(summary.warnings, ...PLURALS.warning),
    plural(summary.notes, ...PLURALS.note),
  ]
  const fixable = findings.filter(finding => finding.fixable).length
  const fix = fixable === 0 ? '' : `; regmirror doctor --fix corrects ${fixable} of them`
  return [
    ...fitted(`${counts.join(', ')}${fix}`, page, INDENT).map(line => page.paint('bold', line)),
    ...about,
  ]
}
