/** The report of `doctor` as text: each finding with its consequence and its cure, then the counts. Pure. */
import type { Finding, Severity } from '../model/finding.ts'
import type { DoctorReport } from '../model/report.ts'
import { plural } from '../wording/plural.ts'
import { printable } from '../wording/printable.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'

const STYLES = { error: 'red', warning: 'yellow', note: 'bold' } as const
const INDENT = '  '

export function doctorLines(report: DoctorReport, page: TerminalStyle): readonly string[] {
  const groups = [...Map.groupBy(report.findings, kindOf).values()]
  const findings = groups.flatMap(group => [...groupLines(group, page), ''])
  return [...findings, ...unreadLines(report, page), ...summaryLines(report, page)]
}

/** Findings that differ only in their place and in what they name are shown together. */
function kindOf({ code, severity, consequence }: Finding): string {
  return [severity, code, consequence].join('\n')
}

/** Of more findings of one kind, this many are shown in full. */
const SHOWN = 3

function groupLines(group: readonly Finding[], page: TerminalStyle): readonly string[] {
  const [first] = group
  if (first === undefined) return []
  const shown = group.length > SHOWN + 1 ? group.slice(0, SHOWN) : group
  const more = group.length - shown.length
  const cures = new Set(shown.map(({ cure }) => cure))
  const isOneCure = cures.size === 1
  return [
    ...shown.flatMap(finding => [
      ...problemLines(finding, page),
      ...(isOneCure ? [] : below(`cure: ${finding.cure}`, page)),
    ]),
    ...(more > 0 ? below(`and ${more} more of this kind; --format json shows each of them`, page) : []),
    ...below(first.consequence, page),
    ...(isOneCure ? below(`cure: ${first.cure}`, page) : []),
  ]
}

function problemLines(finding: Finding, page: TerminalStyle): readonly string[] {
  const { file, line, registry, severity, problem, code } = finding
  const place = [file, line].filter(part => part !== undefined).join(':') || registry
  const text = [`${severity}: `, [place, problem].filter(Boolean).join(': '), ` (${code})`].join('')
  return fitted(printable(text), page, INDENT).map((line, nth) =>
    nth === 0 ? page.paint(STYLES[severity], severity) + line.slice(severity.length) : line,
  )
}

function below(text: string, page: TerminalStyle): readonly string[] {
  return fitted(INDENT + printable(text), page, INDENT)
}

function unreadLines({ unread }: DoctorReport, page: TerminalStyle): readonly string[] {
  const lines = unread.flatMap(({ file, why }) =>
    fitted(printable(`not checked: ${file}: ${why}`), page, INDENT),
  )
  return lines.length === 0 ? [] : [...lines, '']
}

function summaryLines(report: DoctorReport, page: TerminalStyle): readonly string[] {
  const about = report.checked.flatMap(({ target, rules, about }) =>
    fitted(printable(`checked ${rules} rules of ${target}: ${about.join('; ')}`), page, INDENT),
  )
  return [...countLines(report, page), ...about]
}

function countLines(
  { findings, summary, unread, fix }: DoctorReport,
  page: TerminalStyle,
): readonly string[] {
  if (findings.length === 0) {
    const rest = unread.length === 0 ? '' : ' in the files that could be read'
    return [page.paint('green', `no findings${rest}`)]
  }
  const counts = [
    count(summary.errors, 'error'),
    count(summary.warnings, 'warning'),
    count(summary.notes, 'note'),
  ]
  const fixable = findings.filter(finding => finding.fixable).length
  const command = fix?.check ? 'regmirror doctor --fix without --check' : 'regmirror doctor --fix'
  const cure = fixable === 0 ? '' : `; ${command} corrects ${fixable} of them`
  return fitted(`${counts.join(', ')}${cure}`, page, INDENT).map(line => page.paint('bold', line))
}

function count(number: number, severity: Severity): string {
  return plural(number, severity, `${severity}s`)
}
