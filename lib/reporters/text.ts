/** Reports as text for people. Pure. */

import type { ErrorReport } from '../model/error-report.ts'
import { type Issue, issueText } from '../model/errors.ts'
import type { CatalogReport, InitReport, TemplateReport } from '../model/init-report.ts'
import type { AppliedReport, Change, Changes, Notice, Report, ValidateReport } from '../model/report.ts'
import { isRunning } from '../model/target-report.ts'
import { daemonText } from '../wording/daemon-text.ts'
import { groupNotices } from '../wording/notice-groups.ts'
import { plural } from '../wording/plural.ts'
import { printable } from '../wording/printable.ts'
import { catalogLines } from './catalog-lines.ts'
import { causeText, changeLines, diffLines } from './change-lines.ts'
import { comparisonLines } from './comparison-lines.ts'
import { probeLines, probesAbove, probesBelow } from './probe-lines.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted, wrap } from './wrap.ts'
import { writtenLines } from './written-lines.ts'

/** Text for each stream: the result, and what goes with it. Each ends in a newline or is empty. */
export interface Printed {
  readonly stdout: string
  readonly stderr: string
}

/** How each stream shows it. */
export interface Pages {
  readonly stdout: TerminalStyle
  readonly stderr: TerminalStyle
}

export function textReport(report: Report, pages: Pages): Printed {
  if (report.kind === 'init') return initReport(report, pages.stderr)
  if (report.kind === 'template') return templateReport(report)
  if (report.kind === 'catalog') return { stdout: textOf(catalogLines(report, pages.stdout)), stderr: '' }
  if (report.kind === 'error') return { stdout: '', stderr: textOf(errorLines(report, pages.stderr)) }
  return {
    stdout: textOf(resultLines(report, pages.stdout)),
    stderr: textOf([...allNotices(report, pages.stderr), ...writtenLines(report, pages.stderr)]),
  }
}

function resultLines(
  report: Exclude<Report, InitReport | TemplateReport | CatalogReport | ErrorReport>,
  page: TerminalStyle,
): readonly string[] {
  switch (report.kind) {
    case 'plan':
      return [...probesAbove(report, page), ...planLines(report, page)]
    case 'apply':
      return report.refused ? probeLines(report, page) : applyLines(report, page)
    case 'restore':
      return (report.check ? planLines : doneLines)(report, page)
    case 'probe':
      return report.fastest === undefined ? probeLines(report, page) : comparisonLines(report, page)
    case 'validate':
      return validateLines(report, page)
    case 'import':
      return report.file === undefined ? report.list.trimEnd().split('\n') : []
  }
}

function textOf(lines: readonly string[]): string {
  return lines.map(line => `${line}\n`).join('')
}

function initReport(report: InitReport, page: TerminalStyle): Printed {
  if (report.file === undefined) return { stdout: report.list, stderr: '' }
  return { stdout: '', stderr: textOf(writtenLines(report, page)) }
}

function templateReport({ written, files }: TemplateReport): Printed {
  if (written === undefined) return { stdout: files.map(({ text }) => text).join(''), stderr: '' }
  return { stdout: '', stderr: textOf(files.map(({ path }) => `wrote ${path}`)) }
}

/** What would change, or would be restored. */
function planLines(
  report: Changes & { readonly kind: 'plan' | 'restore' },
  page: TerminalStyle,
): readonly string[] {
  const changes = report.changes.flatMap(change => changeLines(change, report.targets, page))
  return [...changes, ...summaryLines(report, TO_DO, page)]
}

/** What was changed, and the mirrors afterwards. */
function applyLines(report: AppliedReport, page: TerminalStyle): readonly string[] {
  // This run decided the order, so no plan has shown the difference.
  const withDiff = report.ranked !== undefined
  return [...doneLines(report, page, withDiff), ...probesBelow(report, page)]
}

function doneLines(
  report: Changes & { readonly kind: 'apply' | 'restore' },
  page: TerminalStyle,
  withDiff = false,
): readonly string[] {
  const past = { create: 'created', update: 'updated', delete: 'deleted' }
  const changes = report.changes.flatMap(change => [
    ...fitted(`${past[change.action]} ${change.path}`, page, '  '),
    ...fitted(`  ${causeText(change)}${change.why}`, page, '  ').map(line => page.paint('dim', line)),
    ...(withDiff ? [...diffLines(change, page), ''] : []),
  ])
  return [...changes, ...summaryLines(report, DONE, page)]
}

type Counted = Readonly<Record<Change['action'], string>>
const TO_DO: Counted = { create: 'to create', update: 'to update', delete: 'to delete' }
const DONE: Counted = { create: 'created', update: 'updated', delete: 'deleted' }

function summaryLines(
  report: Changes & { readonly kind: 'plan' | 'apply' | 'restore' },
  words: Counted,
  page: TerminalStyle,
): readonly string[] {
  const { paint } = page
  const activations = activationLines(report).flatMap(line =>
    fitted(line, page, '  ').map(part => paint('yellow', part)),
  )
  const running = (report.targets ?? []).filter(isRunning)
  const daemons = running.flatMap(one => fitted(printable(daemonText(one)), page, '  '))
  if (!report.changed) {
    const idle = fitted(idleLine(report), page).map(line => paint('green', line))
    return [...idle, ...daemons, ...activations]
  }
  const count = (action: Change['action']) => report.changes.filter(change => change.action === action).length
  const counts = (['create', 'update', 'delete'] as const).map(action => `${count(action)} ${words[action]}`)
  const total = `${counts.join(', ')}, ${report.unchanged} unchanged`
  const counted = fitted(total, page).map(line => paint('bold', line))
  return [...counted, ...daemons, ...(activations.length > 0 ? activations : effectLines(report))]
}

/** Nothing where no restart would help: a notice says what another program must change. */
function effectLines({ changes }: Changes): readonly string[] {
  return changes.some(({ effect }) => effect === 'when_used') ? [] : ['no restart required']
}

function activationLines({ reload, restart }: Changes): readonly string[] {
  const lines = (all: Changes['reload'], verb: string) =>
    all.map(({ target, command, why }) => `${verb} ${target}: ${command} (${why})`)
  return [...lines(reload, 'reload'), ...lines(restart, 'restart')]
}

function idleLine({ kind, unchanged }: Changes & { readonly kind: 'plan' | 'apply' | 'restore' }): string {
  const files = `${plural(unchanged, 'file', 'files')} unchanged`
  if (kind !== 'restore') return `nothing to do: ${files}`
  return unchanged === 0
    ? 'nothing to restore: regmirror manages no files on this node'
    : `nothing to restore: ${files}`
}

function validateLines(report: ValidateReport, page: TerminalStyle): readonly string[] {
  const registries = plural(report.registries, 'registry', 'registries')
  const mirrors = plural(report.mirrors, 'mirror', 'mirrors')
  return fitted(`${report.file}: valid (${registries}, ${mirrors})`, page, '  ')
}

function errorLines(report: ErrorReport, page: TerminalStyle): readonly string[] {
  const issues: readonly Issue[] = report.issues ?? [{ message: report.message }]
  return issues.map(issue => labelled('red', 'error:', issueText(issue), page))
}

/** What an import leaves out is said one by one. */
function allNotices(
  report: { readonly kind: string; readonly notices: readonly Notice[] },
  page: TerminalStyle,
) {
  const { kind, notices } = report
  return kind === 'import' ? notices.flatMap(one => noticeLines([one], page)) : noticeLines(notices, page)
}

/** Those of one kind together; `--format json` has each of them. */
function noticeLines(notices: readonly Notice[], page: TerminalStyle): readonly string[] {
  const groups = groupNotices(notices)
  const rest = groups.some(({ count }) => count > 1) ? ['--format json shows every notice'] : []
  return [...groups.map(({ lines }) => lines.join('\n')), ...rest].map(text =>
    labelled('yellow', 'notice:', text, page),
  )
}

/** Further lines of an error are text to copy: they are not wrapped. */
function labelled(style: 'red' | 'yellow', label: string, text: string, page: TerminalStyle): string {
  const room = page.wrapped ? page.width - label.length - 1 : Number.POSITIVE_INFINITY
  const [line = '', ...others] = printable(text).split('\n')
  const [first, ...rest] = wrap(line, room)
  const more = style === 'red' ? others : others.flatMap(other => wrap(other, room))
  const indent = ' '.repeat(label.length + 1)
  return [
    `${page.paint(style, label)} ${first}`,
    ...[...rest, ...more].map(other => (indent + other).trimEnd()),
  ].join('\n')
}
