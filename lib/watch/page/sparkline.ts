/** The latency of the last hour as a small picture: the worst of each minute, and gaps where probes failed. Pure. */
import type { LatencySample } from '../serve/status.ts'
import { html, type Markup } from './markup.ts'

const MINUTE = 60_000
const MINUTES = 60
const HEIGHT = 24

/** Milliseconds, `failed`, or undefined without a probe. */
type Minute = number | 'failed' | undefined

export function sparkline(samples: readonly LatencySample[], now: number): Markup {
  const recent = samples.filter(({ at }) => at > now - MINUTES * MINUTE && at <= now)
  const minutes = groupByMinute(recent, now)
  return html`<svg class="spark" viewBox="0 0 ${MINUTES} ${HEIGHT}" preserveAspectRatio="none" role="img"><title>${description(recent)}</title>${gaps(minutes)}${line(minutes)}</svg>`
}

/** The least and the most of the last hour. */
export function latencyRange(samples: readonly LatencySample[]): string | undefined {
  const all = latencies(samples)
  if (all.length === 0) return undefined
  const [least, most] = [Math.round(Math.min(...all)), Math.round(Math.max(...all))]
  return least === most ? `${most} ms` : `${least}–${most} ms`
}

function description(samples: readonly LatencySample[]): string {
  if (samples.length === 0) return 'no probes in the last hour'
  const failed = samples.length - latencies(samples).length
  const range = latencyRange(samples)
  const others = range === undefined ? '' : `, the others took ${range}`
  return `last hour: ${failed} of ${samples.length} probes failed${others}`
}

function latencies(samples: readonly LatencySample[]): readonly number[] {
  return samples.flatMap(({ ms }) => (ms === undefined ? [] : [ms]))
}

function groupByMinute(samples: readonly LatencySample[], now: number): readonly Minute[] {
  const minutes: Minute[] = Array.from({ length: MINUTES })
  for (const { at, ms } of samples) {
    const i = MINUTES - 1 - Math.floor((now - at) / MINUTE)
    const before = minutes[i]
    minutes[i] = ms === undefined || before === 'failed' ? 'failed' : Math.max(before ?? 0, ms)
  }
  return minutes
}

/** Runs of minutes of one kind, each as its first minute and the one after its last. */
function runs(
  minutes: readonly Minute[],
  isOfKind: (minute: Minute) => boolean,
): readonly [number, number][] {
  const found: [number, number][] = []
  minutes.forEach((minute, i) => {
    const last = found.at(-1)
    if (!isOfKind(minute)) return
    if (last?.[1] === i) last[1] = i + 1
    else found.push([i, i + 1])
  })
  return found
}

function gaps(minutes: readonly Minute[]): Markup | undefined {
  const failed = runs(minutes, minute => minute === 'failed')
  if (failed.length === 0) return undefined
  const path = failed.map(([from, to]) => `M${from} 0H${to}V${HEIGHT}H${from}z`).join('')
  return html`<path class="gap" d="${path}"/>`
}

function line(minutes: readonly Minute[]): Markup | undefined {
  const measured = runs(minutes, minute => typeof minute === 'number')
  if (measured.length === 0) return undefined
  const most = minutes.reduce<number>(
    (max, minute) => (typeof minute === 'number' ? Math.max(max, minute) : max),
    1,
  )
  // Room above, so that a steady line does not look like a maximum; a pixel below for the width of the line.
  const y = (minute: Minute) => Math.round(HEIGHT - 1 - (Number(minute) / most) * 0.8 * HEIGHT)
  const path = measured.map(([from, to]) => {
    const rest = minutes.slice(from, to).map((minute, i) => `${from + i + 1} ${y(minute)}`)
    return `M${from} ${y(minutes[from])}L${rest.join(' ')}`
  })
  return html`<path class="line" d="${path.join('')}"/>`
}
