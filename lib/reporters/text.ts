/** Reports as text for people. Pure. */

import { type Issue, issueText } from '../model/errors.ts'
import { NO_ENDPOINT } from '../model/no-endpoint.ts'
import type {
  AppliedReport,
  Change,
  Changes,
  Effect,
  ErrorReport,
  InitReport,
  Notice,
  Preflight,
  Report,
  ValidateReport,
} from '../model/report.ts'
import { groupNotices } from '../wording/notice-groups.ts'
import { plural } from '../wording/plural.ts'
import { printable } from '../wording/printable.ts'
import { probeTable } from './probe-table.ts'
import type { TerminalStyle } from './terminal.ts'
import { wrap } from './wrap.ts'

const WHEN: Readonly<Record<Effect, string>> = {
  immediate: 'immediately',
  reload: 'after a reload',
  restart: 'after a restart',
}

/** Text for each stream: the result, and what goes with it. Each ends in a newline or is empty. */
export interface Printed {
  readonly stdout: string
  readonly stderr: string
}

export function textReport(report: Report, page: TerminalStyle): Printed {
  switch (report.kind) {
    case 'plan':
      return printed([...probesAbove(report, page), ...planLines(report, page)], report.notices, page)
    case 'apply':
      return printed(
        report.refused ? probeLines(report, page) : applyLines(report, page),
        report.notices,
        page,
      )
    case 'restore':
      return printed((report.check ? planLines : doneLines)(report, page), report.notices, page)
    case 'probe':
      return printed(probeLines(report, page), report.notices, page)
    case 'validate':
      return printed(validateLines(report), report.notices, page)
    case 'init':
      return initReport(report)
    case 'error':
      return { stdout: '', stderr: textOf(errorLines(report, page)) }
  }
}

function printed(result: readonly string[], notices: readonly Notice[], page: TerminalStyle): Printed {
  return { stdout: textOf(result), stderr: textOf(noticeLines(notices, page)) }
}

function textOf(lines: readonly string[]): string {
  return lines.map(line => `${line}\n`).join('')
}

function initReport({ file, list }: InitReport): Printed {
  if (file === undefined) return { stdout: list, stderr: '' }
  return { stdout: '', stderr: `wrote ${file}; check it with: regmirror validate -f ${file}\n` }
}

/** What would change, or would be restored. */
function planLines(
  report: Changes & { readonly kind: 'plan' | 'restore' },
  page: TerminalStyle,
): readonly string[] {
  const changes = report.changes.flatMap(change => changeLines(change, page))
  return [...changes, ...summaryLines(report, TO_DO, page)]
}

function changeLines(change: Change, { paint }: TerminalStyle): readonly string[] {
  const mode = change.mode === undefined ? '' : `, mode ${change.mode}`
  return [
    `${paint('bold', `${change.action} ${change.path}`)}`,
    paint('dim', `  takes effect ${WHEN[change.effect]}; ${causeText(change)}${change.why}${mode}`),
    ...diffLines(change, { paint }),
    '',
  ]
}

function diffLines({ diff }: Change, { paint }: Pick<TerminalStyle, 'paint'>): readonly string[] {
  return diff.split('\n').map(line => `  ${diffLine(line, paint)}`)
}

/** `why` explains a change of the list. */
const CAUSES = {
  list: '',
  drift: 'changed outside regmirror: ',
  both: 'also changed outside regmirror: ',
}

function causeText({ cause }: Change): string {
  return cause === undefined ? '' : CAUSES[cause]
}

function diffLine(line: string, paint: TerminalStyle['paint']): string {
  const text = printable(line.replace(/\r$/, ''))
  if (text.startsWith('---') || text.startsWith('+++') || text.startsWith('@@')) return paint('dim', text)
  if (text.startsWith('+')) return paint('green', text)
  return text.startsWith('-') ? paint('red', text) : text
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
    `${past[change.action]} ${change.path}`,
    page.paint('dim', `  ${causeText(change)}${change.why}`),
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
  { paint }: TerminalStyle,
): readonly string[] {
  const activations = activationLines(report).map(line => paint('yellow', line))
  if (!report.changed) return [paint('green', idleLine(report)), ...activations]
  const count = (action: Change['action']) => report.changes.filter(change => change.action === action).length
  const counts = (['create', 'update', 'delete'] as const).map(action => `${count(action)} ${words[action]}`)
  const rest = activations.length === 0 ? ['no restart required'] : activations
  return [paint('bold', `${counts.join(', ')}, ${report.unchanged} unchanged`), ...rest]
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

/** The table of probes, and the registries that no endpoint can serve. */
function probeLines({ probes = [], unhealthy = [] }: Preflight, page: TerminalStyle): readonly string[] {
  const lines = unhealthy.map(name => page.paint('red', `${name} is unhealthy: ${NO_ENDPOINT}`))
  return [...probeTable(probes, page), ...lines]
}

function probesAbove(report: Preflight, page: TerminalStyle): readonly string[] {
  return report.probes === undefined ? [] : [...probeLines(report, page), '']
}

function probesBelow(report: Preflight, page: TerminalStyle): readonly string[] {
  return report.probes === undefined ? [] : ['', ...probeLines(report, page)]
}

function validateLines(report: ValidateReport): readonly string[] {
  const registries = plural(report.registries, 'registry', 'registries')
  return [`${report.file}: valid (${registries}, ${plural(report.mirrors, 'mirror', 'mirrors')})`]
}

function errorLines(report: ErrorReport, page: TerminalStyle): readonly string[] {
  const issues: readonly Issue[] = report.issues ?? [{ message: report.message }]
  return issues.map(issue => labelled('red', 'error:', issueText(issue), page))
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
