/** One change of a file as text: when it takes effect, why, and its diff. Pure. */
import type { Change, Changes } from '../model/report.ts'
import { printable } from '../wording/printable.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'

const WHEN: Readonly<Record<Change['effect'], (target: string) => string>> = {
  immediate: () => 'immediately',
  reload: () => 'after a reload',
  restart: () => 'after a restart',
  start: target => `when ${target} starts`,
  when_used: target => `when ${target} uses this file`,
}

export function changeLines(
  change: Change,
  targets: Changes['targets'],
  page: TerminalStyle,
): readonly string[] {
  const { paint } = page
  const mode = change.mode === undefined ? '' : `, mode ${change.mode}`
  const cause = `  ${effectText(change, targets)}${causeText(change)}${change.why}${mode}`
  return [
    ...fitted(`${change.action} ${change.path}`, page, '  ').map(line => paint('bold', line)),
    ...fitted(cause, page, '  ').map(line => paint('dim', line)),
    ...diffLines(change, page),
    '',
  ]
}

/** Empty where the daemon is not installed: a notice reports that once. */
function effectText({ effect, target }: Change, targets: Changes['targets'] = []): string {
  const isAbsent = targets.some(one => one.target === target && one.daemon.state === 'absent')
  return effect === 'start' && isAbsent ? '' : `takes effect ${WHEN[effect](target)}; `
}

export function diffLines({ diff }: Change, { paint }: Pick<TerminalStyle, 'paint'>): readonly string[] {
  return diff.split('\n').map(line => `  ${diffLine(line, paint)}`)
}

/** `why` explains a change of the list. */
const CAUSES = {
  list: '',
  drift: 'changed outside regmirror: ',
  both: 'also changed outside regmirror: ',
}

export function causeText({ cause }: Change): string {
  return cause === undefined ? '' : CAUSES[cause]
}

function diffLine(line: string, paint: TerminalStyle['paint']): string {
  const text = printable(line.replace(/\r$/, ''))
  if (text.startsWith('---') || text.startsWith('+++') || text.startsWith('@@')) return paint('dim', text)
  if (text.startsWith('+')) return paint('green', text)
  return text.startsWith('-') ? paint('red', text) : text
}
