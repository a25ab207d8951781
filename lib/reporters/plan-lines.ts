/** Changes of files as text: those that a plan would make, and those that were made. Pure. */
import type { AppliedReport, Change, Changes, DoctorReport } from '../model/report.ts'
import { isRunning } from '../model/target-report.ts'
import { daemonText } from '../wording/daemon-text.ts'
import { plural } from '../wording/plural.ts'
import { printable } from '../wording/printable.ts'
import { causeText, changeLines, diffLines } from './change-lines.ts'
import { endpointLines } from './endpoint-lines.ts'
import { probesBelow } from './probe-lines.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'

/** What would change, or would be restored. */
export function planLines(
  report: Changes & { readonly kind: 'plan' | 'restore' },
  page: TerminalStyle,
): readonly string[] {
  const changes = report.changes.flatMap(change => changeLines(change, report.targets, page))
  const endpoints = endpointLines(report.endpoints ?? [], page)
  return [
    ...changes,
    ...endpoints,
    ...(endpoints.length > 0 ? [''] : []),
    ...summaryLines(report, TO_DO, page),
  ]
}

/** What `doctor --fix` changed, or would change. */
export function fixLines({ fix }: DoctorReport, page: TerminalStyle): readonly string[] {
  if (fix?.changed !== true) return []
  return [
    ...(fix.check
      ? planLines({ ...fix, kind: 'plan' }, page)
      : doneLines({ ...fix, kind: 'apply' }, page, true)),
    '',
  ]
}

/** What was changed, and the mirrors afterwards. */
export function applyLines(report: AppliedReport, page: TerminalStyle): readonly string[] {
  // This run decided the order, so no plan has shown the difference.
  const withDiff = report.ranked !== undefined
  return [...doneLines(report, page, withDiff), ...probesBelow(report, page)]
}

export function doneLines(
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

/** Nothing where no restart would help, and where nothing shows which process must be restarted: notices say why. */
function effectLines({ changes }: Changes): readonly string[] {
  return changes.every(({ effect }) => NEEDS_NOTHING.includes(effect)) ? ['no restart required'] : []
}

const NEEDS_NOTHING: readonly Change['effect'][] = ['immediate', 'start']

function activationLines({ reload, restart, activated = [] }: Changes): readonly string[] {
  const lines = (all: Changes['reload'], verb: string) =>
    all.map(({ target, command, why }) => `${verb} ${target}: ${command} (${why})`)
  const done = activated.map(
    ({ target, action, command, proof }) => `${action}ed ${target}: ${command}; ${proof}`,
  )
  return [...done, ...lines(reload, 'reload'), ...lines(restart, 'restart')]
}

function idleLine({ kind, unchanged }: Changes & { readonly kind: 'plan' | 'apply' | 'restore' }): string {
  const files = `${plural(unchanged, 'file', 'files')} unchanged`
  if (kind !== 'restore') return `nothing to do: ${files}`
  return unchanged === 0
    ? 'nothing to restore: regmirror manages no files on this node'
    : `nothing to restore: ${files}`
}
