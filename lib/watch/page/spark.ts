/** The last hour of a mirror as a small picture: the worst of each minute, and gaps where it did not answer well. Pure. */

import type { Point } from '../serve/status.ts'
import { html, type Markup } from './markup.ts'

const MINUTE = 60_000
const MINUTES = 60
const HEIGHT = 24

/** Milliseconds, `failed`, or undefined where nobody asked. */
type Minute = number | 'failed' | undefined

export function spark(points: readonly Point[], now: number): Markup {
  const recent = points.filter(({ at }) => at > now - MINUTES * MINUTE && at <= now)
  const minutes = minutesOf(recent, now)
  return html`<svg class="spark" viewBox="0 0 ${MINUTES} ${HEIGHT}" preserveAspectRatio="none" role="img"><title>${inWords(recent)}</title>${stripes(minutes)}${line(minutes)}</svg>`
}

/** The least and the most of the last hour, for the eye that cannot read a curve without numbers. */
export function range(points: readonly Point[]): string | undefined {
  const all = latencies(points)
  if (all.length === 0) return undefined
  const [least, most] = [Math.round(Math.min(...all)), Math.round(Math.max(...all))]
  return least === most ? `${most} ms` : `${least}–${most} ms`
}

function inWords(points: readonly Point[]): string {
  if (points.length === 0) return 'not asked within the last hour'
  const failed = points.length - latencies(points).length
  const well = range(points)
  const took = well === undefined ? '' : `, ${well} where it did`
  return `last hour: ${failed} of ${points.length} times it did not answer well${took}`
}

function latencies(points: readonly Point[]): readonly number[] {
  return points.flatMap(({ ms }) => (ms === undefined ? [] : [ms]))
}

function minutesOf(points: readonly Point[], now: number): readonly Minute[] {
  const minutes: Minute[] = Array.from({ length: MINUTES })
  for (const { at, ms } of points) {
    const nth = MINUTES - 1 - Math.floor((now - at) / MINUTE)
    const before = minutes[nth]
    minutes[nth] = ms === undefined || before === 'failed' ? 'failed' : Math.max(before ?? 0, ms)
  }
  return minutes
}

/** Runs of minutes that are alike, each as its first and the one after its last. */
function runs(minutes: readonly Minute[], isIn: (minute: Minute) => boolean): readonly [number, number][] {
  const found: [number, number][] = []
  minutes.forEach((minute, nth) => {
    const last = found.at(-1)
    if (!isIn(minute)) return
    if (last?.[1] === nth) last[1] = nth + 1
    else found.push([nth, nth + 1])
  })
  return found
}

function stripes(minutes: readonly Minute[]): Markup | undefined {
  const failed = runs(minutes, minute => minute === 'failed')
  if (failed.length === 0) return undefined
  const path = failed.map(([from, to]) => `M${from} 0H${to}V${HEIGHT}H${from}z`).join('')
  return html`<path class="gap" d="${path}"/>`
}

function line(minutes: readonly Minute[]): Markup | undefined {
  const answered = runs(minutes, minute => typeof minute === 'number')
  if (answered.length === 0) return undefined
  const most = minutes.reduce<number>(
    (max, minute) => (typeof minute === 'number' ? Math.max(max, minute) : max),
    1,
  )
  // Some room above, so that a steady line does not look like a full one; a pixel below for the width of the line.
  const y = (minute: Minute) => Math.round(HEIGHT - 1 - (Number(minute) / most) * 0.8 * HEIGHT)
  const path = answered.map(([from, to]) => {
    const rest = minutes.slice(from, to).map((minute, nth) => `${from + nth + 1} ${y(minute)}`)
    return `M${from} ${y(minutes[from])}L${rest.join(' ')}`
  })
  return html`<path class="line" d="${path.join('')}"/>`
}
