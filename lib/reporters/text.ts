/** Reports as text for people. Pure: a report goes in, what to print on each stream comes out. */

import { type Issue, issueText } from '../model/errors.ts'
import {
  type Change,
  type Effect,
  type ErrorReport,
  type Notice,
  noticeText,
  type PlanReport,
  type Report,
  type ValidateReport,
} from '../model/report.ts'
import { plural } from '../wording/plural.ts'
import { printable } from '../wording/printable.ts'
import type { Page } from './page.ts'
import { probeTable } from './probe-table.ts'
import { wrap } from './wrap.ts'

const WHEN: Readonly<Record<Effect, string>> = {
  immediate: 'immediately',
  reload: 'after a reload',
  restart: 'after a restart',
}

/** Text for stdout (what was asked) and stderr (what goes with it); each ends in a newline or is empty. */
export interface Printed {
  readonly answer: string
  readonly story: string
}

export function textReport(report: Report, page: Page): Printed {
  switch (report.kind) {
    case 'plan':
      return printed(planLines(report, page), report.notices, page)
    case 'apply':
      return printed(applyLines(report, page), report.notices, page)
    case 'restore':
      return printed((report.check ? planLines : applyLines)(report, page), report.notices, page)
    case 'probe':
      return printed(probeLines(report, page), report.notices, page)
    case 'validate':
      return printed(validateLines(report), report.notices, page)
    case 'init':
      return report.file === undefined
        ? { answer: report.list, story: '' }
        : { answer: '', story: `wrote ${report.file}; check it with: regmirror validate -f ${report.file}\n` }
    case 'error':
      return { answer: '', story: lines(errorLines(report, page)) }
  }
}

function printed(answer: readonly string[], notices: readonly Notice[], page: Page): Printed {
  return { answer: lines(answer), story: lines(notices.map(notice => noticeLine(notice, page))) }
}

function lines(all: readonly string[]): string {
  return all.map(line => `${line}\n`).join('')
}

function planLines(report: PlanReport, page: Page): readonly string[] {
  const table = report.probes === undefined ? [] : [...probeLines(report, page), '']
  const changes = report.changes.flatMap(change => changeLines(change, page))
  return [...table, ...changes, ...summaryLines(report, page)]
}

function changeLines(change: Change, { paint }: Page): readonly string[] {
  const mode = change.mode === undefined ? '' : `, mode ${change.mode}`
  return [
    `${paint('bold', `${change.action} ${change.path}`)}`,
    paint('dim', `  takes effect ${WHEN[change.effect]}; ${causeWords(change)}${change.why}${mode}`),
    ...diffLines(change, { paint }),
    '',
  ]
}

function diffLines({ diff }: Change, { paint }: Pick<Page, 'paint'>): readonly string[] {
  return diff.split('\n').map(line => `  ${diffLine(line, paint)}`)
}

/** That something else is asked for than was written, its `why` says: by another list, or by what watch knows. */
const CAUSES = {
  list: '',
  drift: 'somebody else changed it: ',
  both: 'somebody else changed it, too: ',
}

function causeWords({ cause }: Change): string {
  return cause === undefined ? '' : CAUSES[cause]
}

function diffLine(line: string, paint: Page['paint']): string {
  const text = printable(line.replace(/\r$/, ''))
  if (text.startsWith('---') || text.startsWith('+++') || text.startsWith('@@')) return paint('dim', text)
  if (text.startsWith('+')) return paint('green', text)
  return text.startsWith('-') ? paint('red', text) : text
}

function applyLines(report: PlanReport, page: Page): readonly string[] {
  if (report.refused) return probeLines(report, page)
  const past = { create: 'created', update: 'updated', delete: 'deleted' }
  const changes = report.changes.flatMap(change => [
    `${past[change.action]} ${change.path}`,
    page.paint('dim', `  ${causeWords(change)}${change.why}`),
    // The order was decided here: nobody has read it anywhere before.
    ...(report.ranked === undefined ? [] : [...diffLines(change, page), '']),
  ])
  const table = report.probes === undefined ? [] : ['', ...probeLines(report, page)]
  return [...changes, ...summaryLines(report, page), ...table]
}

function summaryLines(report: PlanReport, { paint }: Page): readonly string[] {
  const restart = report.restart.map(({ target, command, why }) =>
    paint('yellow', `${target} has to be restarted: ${command}  (${why})`),
  )
  if (!report.changed) return [paint('green', idleLine(report)), ...restart]
  const count = (action: Change['action']) => report.changes.filter(change => change.action === action).length
  const to =
    report.kind === 'plan' || report.check
      ? ['to create', 'to update', 'to delete']
      : ['created', 'updated', 'deleted']
  const counts = (['create', 'update', 'delete'] as const).map((action, i) => `${count(action)} ${to[i]}`)
  const none = restart.length === 0 ? ['no restart is needed'] : restart
  return [paint('bold', `${counts.join(', ')}, ${report.unchanged} unchanged`), ...none]
}

function idleLine({ kind, unchanged }: PlanReport): string {
  if (kind === 'restore') return 'nothing to put back: no file of this node is of regmirror'
  return `nothing to do: ${files(unchanged)} as ${unchanged === 1 ? 'it' : 'they'} should be`
}

function files(count: number): string {
  return count === 1 ? '1 file is' : `${count} files are`
}

/** The table of what was asked, and which registries nobody can serve. */
function probeLines({ probes = [], unhealthy = [] }: Pick<PlanReport, 'probes' | 'unhealthy'>, page: Page) {
  const verdict = unhealthy.map(name => page.paint('red', `nothing healthy to pull ${name} from`))
  return [...probeTable(probes, page), ...verdict]
}

function validateLines(report: ValidateReport): readonly string[] {
  const registries = plural(report.registries, 'registry', 'registries')
  return [`${report.file}: sound (${registries}, ${plural(report.mirrors, 'mirror', 'mirrors')})`]
}

function errorLines(report: ErrorReport, page: Page): readonly string[] {
  const issues: readonly Issue[] = report.issues ?? [{ message: report.message }]
  return issues.map(issue => sentence('red', 'error:', issueText(issue), page))
}

function noticeLine(notice: Notice, page: Page): string {
  return sentence('yellow', 'notice:', noticeText(notice), page)
}

function sentence(style: 'red' | 'yellow', word: string, text: string, page: Page): string {
  const room = page.wrapped ? page.width - word.length - 1 : Number.POSITIVE_INFINITY
  const lines = wrap(printable(text), room)
  return [
    `${page.paint(style, word)} ${lines[0]}`,
    ...lines.slice(1).map(line => ' '.repeat(word.length + 1) + line),
  ].join('\n')
}
