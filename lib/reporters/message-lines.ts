/** Notices and errors as text, each with its label. Pure. */
import type { ErrorReport } from '../model/error-report.ts'
import { type ErrorCode, type Issue, issueText } from '../model/errors.ts'
import type { Notice, Report } from '../model/report.ts'
import { groupNotices } from '../wording/notice-groups.ts'
import { plural } from '../wording/plural.ts'
import { printable } from '../wording/printable.ts'
import { wrap } from '../wording/wrap.ts'
import type { TerminalStyle } from './terminal.ts'

interface Noticed {
  readonly kind: Report['kind']
  readonly notices: readonly Notice[]
  readonly fidelity?: unknown
}

/** Of `restore --check`, and of `--losses`. */
export function conflictLines(report: Report, page: TerminalStyle): readonly string[] {
  if (!('conflicts' in report) || report.conflicts === undefined) return []
  if (report.kind !== 'restore') return issueLines(report.conflicts, true, page)
  const files = plural(report.conflicts.length, 'file is', 'files are')
  const refusal = { message: `${files} in the way, so regmirror restore would change nothing` }
  return [...report.conflicts, refusal].map(issue => labelled('red', 'error:', issueText(issue), page))
}

export function errorLines(report: ErrorReport, page: TerminalStyle): readonly string[] {
  const { issues = [{ message: report.message }], code } = report
  return issueLines(issues, ABOUT_LIST.includes(code), page)
}

/** Of more errors with one message, this many are shown. */
const SHOWN = 3

/** Other errors are about files of the node, and name each of them. */
const ABOUT_LIST: readonly string[] = ['invalid_list', 'conflict'] satisfies ErrorCode[]

/** An error about a thousand mirrors must not hide the others; `--format json` has each of them. */
function issueLines(issues: readonly Issue[], grouped: boolean, page: TerminalStyle): readonly string[] {
  const placed = grouped ? issues.filter(({ line }) => line !== undefined) : []
  const kinds = [...Map.groupBy(placed, ({ message }) => message).values()]
  // In the order of the first of each place: a later one of a large kind is not shown.
  const hidden = new Map(kinds.filter(kind => kind.length > SHOWN + 1).flatMap(hiddenIssues))
  const shown = issues.map(issue => (hidden.has(issue) ? hidden.get(issue) : issue))
  return shown.flatMap(issue => (issue ? [labelled('red', 'error:', issueText(issue), page)] : []))
}

/** Those after the first few, with what stands in the place of the first of them. */
function hiddenIssues(kind: readonly Issue[]): readonly (readonly [Issue, Issue | undefined])[] {
  const message = `and ${kind.length - SHOWN} more of this kind; --format json shows each of them`
  return kind.slice(SHOWN).map((issue, i) => [issue, i === 0 ? { message } : undefined])
}

/** What an import leaves out is said one by one; what `--losses` shows is not said again. */
export function allNotices(report: Noticed, page: TerminalStyle): readonly string[] {
  const { kind, fidelity } = report
  const isShown = ({ code }: Notice) => fidelity !== undefined && LOSS_CODES.includes(code)
  const notices = report.notices.filter(notice => !isShown(notice))
  return kind === 'import' ? notices.flatMap(one => noticeLines([one], page)) : noticeLines(notices, page)
}

const LOSS_CODES = ['list_lossy', 'list_impossible']

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
