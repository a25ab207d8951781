/** A line at the top of the status page. Pure. */
import type { Grade } from '../serve/problems.ts'
import type { Markup } from './markup.ts'

export interface Alarm {
  readonly grade: Grade
  readonly text: Markup
}

export function problem(text: Markup): Alarm {
  return { grade: 'problem', text }
}

export function warning(text: Markup): Alarm {
  return { grade: 'warning', text }
}
