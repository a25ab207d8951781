/** Notices and errors as text, each with its label. Pure. */
import type { ErrorReport } from '../model/error-report.ts'
import { type Issue, issueText } from '../model/errors.ts'
import type { Notice, Report } from '../model/report.ts'
import { groupNotices } from '../wording/notice-groups.ts'
import { plural } from '../wording/plural.ts'
import { printable } from '../wording/printable.ts'
import { wrap } from '../wording/wrap.ts'
import type { TerminalStyle } from './terminal.ts'

type Noticed = { readonly kind: Report['kind']; readonly notices: readonly Notice[] }

/** Of `restore --check`. */
export function conflictLines(report: Report, page: TerminalStyle): readonly string[] {
  if (report.kind !== 'restore' || report.conflicts === undefined) return []
  const files = plural(report.conflicts.length, 'file is', 'files are')
  const refusal = { message: `${files} in the way, so regmirror restore would change nothing` }
  return [...report.conflicts, refusal].map(issue => labelled('red', 'error:', issueText(issue), page))
}

export function errorLines(report: ErrorReport, page: TerminalStyle): readonly string[] {
  const issues: readonly Issue[] = report.issues ?? [{ message: report.message }]
  return issues.map(issue => labelled('red', 'error:', issueText(issue), page))
}

/** What an import leaves out is said one by one. */
export function allNotices({ kind, notices }: Noticed, page: TerminalStyle): readonly string[] {
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
