/** Times and durations as text. Pure. */
import { html, type Markup } from './markup.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `8 s`, `4 min`, `3 h`, `2 d`. */
export function span(ms: number): string {
  const rest = Math.max(0, ms)
  if (rest < MINUTE) return `${Math.floor(rest / 1000)} s`
  if (rest < 2 * HOUR) return `${Math.floor(rest / MINUTE)} min`
  return rest < 2 * DAY ? `${Math.floor(rest / HOUR)} h` : `${Math.floor(rest / DAY)} d`
}

export function ago(at: number, now: number): Markup {
  return time(at, now - at < 1000 ? 'just now' : `${span(now - at)} ago`)
}

/** `14:05:09`, with the date where it is not today; in UTC, as in logs. */
export function clock(at: number, now: number): Markup {
  const iso = formatIso(at)
  const today = iso.slice(0, 10) === formatIso(now).slice(0, 10)
  return time(at, `${today ? '' : `${iso.slice(0, 10)} `}${iso.slice(11, 19)}`)
}

export function time(at: number, text: string): Markup {
  const iso = formatIso(at)
  return html`<time datetime="${iso}" title="${iso}">${text}</time>`
}

/** Without milliseconds. A time that a date cannot represent is shown as 1970. */
function formatIso(at: number): string {
  return new Date(Math.abs(at) <= 8.64e15 ? at : 0).toISOString().replace(/\.\d+Z$/, 'Z')
}
