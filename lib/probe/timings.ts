/** Latency and speed of an endpoint. Pure. */
import type { Probe } from '../model/report.ts'
import type { PullResult } from './api/pull.ts'
import type { Trace } from './connection/trace.ts'

/** Requests of a pull before the bytes of its layer: HEAD and GET of the manifest, the config, the layer. */
const REQUESTS = 4
const IMAGE_BYTES = 50_000_000

type Timings = Pick<Probe, 'latency_ms' | 'phases_ms' | 'bytes_per_second' | 'pull_50mb_s'>

export function measureTimes(traces: readonly Trace[], pull: PullResult | undefined): Timings {
  if (traces.length === 0) return {}
  const latency = summarize(traces.map(trace => between(trace.dialledAt, trace.respondedAt)))
  const speed = measureSpeed(pull)
  return {
    latency_ms: latency,
    phases_ms: measurePhases(traces),
    ...(speed !== undefined && {
      bytes_per_second: speed,
      pull_50mb_s: round((REQUESTS * latency.median) / 1000 + IMAGE_BYTES / Math.max(speed, 1)),
    }),
  }
}

/** A smaller layer that arrives faster shows only the latency. */
const MIN_BYTES = 64 * 1024
const MIN_MS = 200

/** Bytes a second; undefined if no layer was read, or too little of it. */
export function measureSpeed(pull: PullResult | undefined): number | undefined {
  const { bytes = 0, ms } = pull ?? {}
  if (ms === undefined || (bytes < MIN_BYTES && ms < MIN_MS)) return undefined
  return Math.round(bytes / (Math.max(ms, 1) / 1000))
}

function measurePhases(traces: readonly Trace[]): NonNullable<Probe['phases_ms']> {
  const median = (phase: (trace: Trace) => number) => summarize(traces.map(phase)).median
  const secure = traces.every(trace => trace.securedAt !== undefined)
  return {
    dns: median(trace => between(trace.startedAt, trace.dialledAt)),
    tcp: median(trace => between(trace.dialledAt, trace.connectedAt)),
    ...(secure && { tls: median(trace => between(trace.connectedAt, trace.securedAt)) }),
    first_byte: median(trace => between(trace.securedAt ?? trace.connectedAt, trace.respondedAt)),
  }
}

function between(from = 0, to = from): number {
  return Math.max(0, to - from)
}

function summarize(times: readonly number[]): NonNullable<Probe['latency_ms']> {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (index: number) => round(sorted[index] ?? 0)
  return { best: at(0), median: at(Math.floor((sorted.length - 1) / 2)), worst: at(sorted.length - 1) }
}

/** To a tenth. */
function round(value: number): number {
  return Math.round(value * 10) / 10
}
