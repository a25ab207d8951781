/** Probes as a table: by registry in list order, one endpoint a line, a bar for the eye. Pure. */
import { printable } from '../printable.ts'
import type { Probe, Status } from '../report.ts'
import type { Paint } from './paint.ts'

const MARKS = { healthy: '●', degraded: '◐', unhealthy: '✗', unknown: '?' } as const
const COLOURS = { healthy: 'green', degraded: 'yellow', unhealthy: 'red', unknown: 'dim' } as const
const BAR_WIDTH = 8
const LEAST_URL_WIDTH = 24
/** What stands on a line besides the url: mark, status, latency, bar, gaps. */
const OTHER_COLUMNS = 38

/** Lines of the table and a last one that sums it up. `width`: columns that a line may take. */
export function probeTable(
  probes: readonly Probe[],
  { paint, width }: { paint: Paint; width: number },
): readonly string[] {
  const room = Math.max(LEAST_URL_WIDTH, Math.floor((width - OTHER_COLUMNS) * 0.6))
  const urls = Math.min(room, Math.max(0, ...probes.map(probe => urlText(probe).length)))
  const slowest = Math.max(1, ...probes.map(probe => probe.latency_ms?.median ?? 0))
  const line = (probe: Probe) => probeLine(probe, { paint, urls, slowest })
  const groups = [...new Set(probes.map(probe => probe.registry))].map(registry => [
    paint('bold', registry),
    ...probes.filter(probe => probe.registry === registry).flatMap(line),
  ])
  return [...groups.flatMap(group => [...group, '']), summary(probes)]
}

interface Columns {
  readonly paint: Paint
  readonly urls: number
  /** Milliseconds that fill a whole bar. */
  readonly slowest: number
}

function probeLine(probe: Probe, { paint, urls, slowest }: Columns): readonly string[] {
  const colour = COLOURS[probe.status]
  const status = paint(colour, `${MARKS[probe.status]} ${probe.status.padEnd(9)}`)
  const url = cut(printable(urlText(probe)), urls).padEnd(urls)
  const time = probe.latency_ms?.median
  const took = time === undefined ? '' : `${time.toFixed(time < 10 ? 1 : 0)} ms`.padStart(9)
  const head = `  ${status}  ${url}`
  if (time !== undefined) return [`${head} ${took}  ${paint(colour, bar(time, slowest))}`.trimEnd()]
  const reason = paint(colour, probe.reason ?? '')
  const detail = probe.detail === undefined ? [] : [paint('dim', `      ${printable(probe.detail)}`)]
  return [`${head}  ${reason}`.trimEnd(), ...detail]
}

function urlText({ url, role }: Probe): string {
  return role === 'server' ? `${url}  (server)` : url
}

/** Linear, and never empty: the fastest still has an eighth of a block. */
function bar(time: number, slowest: number): string {
  const eighths = Math.max(1, Math.round((time / slowest) * BAR_WIDTH * 8))
  const rest = eighths % 8 === 0 ? '' : '▏▎▍▌▋▊▉'.charAt((eighths % 8) - 1)
  return '█'.repeat(Math.floor(eighths / 8)) + rest
}

/** Cut in the middle: scheme and host begin a url, what tells mirrors of one host apart ends it. */
function cut(text: string, width: number): string {
  if (text.length <= width) return text
  const tail = Math.floor((width - 1) / 2)
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`
}

function summary(probes: readonly Probe[]): string {
  const count = (status: Status) => probes.filter(probe => probe.status === status).length
  const parts = (['healthy', 'degraded', 'unhealthy', 'unknown'] as const)
    .map(status => ({ status, n: count(status) }))
    .filter(({ status, n }) => n > 0 || status === 'healthy')
  return `${probes.length} asked: ${parts.map(({ status, n }) => `${n} ${status}`).join(', ')}`
}
