/** Probes as a table: by registry in list order, one endpoint a line, a bar for the eye. Pure. */
import { printable } from '../printable.ts'
import type { Probe, Status } from '../report.ts'
import type { Page } from './page.ts'
import { wrap } from './wrap.ts'

/** An endpoint with its answer, or before that. */
export interface Row extends Omit<Probe, 'status' | 'depth'> {
  readonly status: Status | 'waiting'
}

const MARKS = { healthy: '●', degraded: '◐', unhealthy: '✗', unknown: '?', waiting: '·' } as const
const COLOURS = {
  healthy: 'green',
  degraded: 'yellow',
  unhealthy: 'red',
  unknown: 'dim',
  waiting: 'dim',
} as const
const BAR_WIDTH = 8
const LEAST_URL_WIDTH = 20
/** Before the url: indent, mark, status and a gap. */
const HEAD_WIDTH = 15
const DETAIL_INDENT = '      '

/**
 * Lines of the table and a last one that sums it up. A sentence about one endpoint stands under it; one about
 * several is said once, below the table, under a number.
 */
export function probeTable(probes: readonly Row[], page: Page): readonly string[] {
  const shared = sharedDetails(probes)
  const columns = columnsOf(probes, shared, page)
  const line = (probe: Row) => probeLines(probe, shared, columns)
  const groups = [...new Set(probes.map(probe => probe.registry))].map(registry => [
    page.paint('bold', registry),
    ...probes.filter(probe => probe.registry === registry).flatMap(line),
  ])
  return [...groups.flatMap(group => [...group, '']), ...legend(shared, page), summary(probes)]
}

interface Columns extends Page {
  readonly urls: number
  /** Milliseconds that fill a whole bar. */
  readonly slowest: number
}

function columnsOf(probes: readonly Row[], shared: readonly string[], page: Page): Columns {
  const widest = (widths: readonly number[]) => widths.reduce((most, width) => Math.max(most, width), 0)
  const tail = widest(probes.map(probe => 2 + tailOf(probe, shared).length))
  const room = page.wrapped
    ? Math.max(LEAST_URL_WIDTH, page.width - HEAD_WIDTH - tail)
    : Number.POSITIVE_INFINITY
  const urls = Math.min(room, widest(probes.map(probe => urlText(probe, room).length)))
  return { ...page, urls, slowest: widest([1, ...probes.map(probe => probe.latency_ms?.median ?? 0)]) }
}

function probeLines(probe: Row, shared: readonly string[], columns: Columns): readonly string[] {
  const { paint, urls, slowest } = columns
  const colour = COLOURS[probe.status]
  const status = paint(colour, `${MARKS[probe.status]} ${probe.status.padEnd(9)}`)
  const head = `  ${status}  ${urlText(probe, urls).padEnd(urls)}`
  const time = probe.latency_ms?.median
  const reason = reasonOf(probe, shared)
  const detail = ownDetail(probe, shared, columns)
  if (time === undefined) {
    const line = reason === '' ? head.trimEnd() : `${head}  ${paint(colour, reason)}`
    return [line, ...detail]
  }
  const length = bar(time, slowest)
  const rest = [speedText(probe), reason].filter(text => text !== '')
  const room = rest.length === 0 ? '' : ' '.repeat(BAR_WIDTH - length.length)
  return [`${head}  ${took(time)}  ${[paint(colour, length) + room, ...rest].join('  ')}`, ...detail]
}

/** What stands after the url: as wide as latency and a whole bar, and what was measured more, or the reason. */
function tailOf(probe: Row, shared: readonly string[]): string {
  const reason = reasonOf(probe, shared)
  if (probe.latency_ms === undefined) return reason
  const parts = [took(probe.latency_ms.median), ' '.repeat(BAR_WIDTH), speedText(probe), reason]
  return parts.filter(text => text !== '').join('  ')
}

function reasonOf({ reason, detail = '' }: Row, shared: readonly string[]): string {
  const number = shared.indexOf(detail) + 1
  return [reason ?? [], number === 0 ? [] : `[${number}]`].flat().join(' ')
}

/** How fast it served a layer, and the figure that people compare. */
function speedText({ bytes_per_second, pull_50mb_s }: Row): string {
  if (bytes_per_second === undefined || pull_50mb_s === undefined) return ''
  const megabytes = bytes_per_second / 1e6
  return `${megabytes.toFixed(megabytes < 10 ? 1 : 0).padStart(5)} MB/s  50 MB in ${pull_50mb_s.toFixed(1).padStart(6)} s`
}

function took(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`.padStart(8)
}

/** Sentences that several endpoints have in common, in the order in which they come up. */
function sharedDetails(probes: readonly Row[]): readonly string[] {
  const details = probes.map(probe => probe.detail ?? '').filter(detail => detail !== '')
  return [...new Set(details)].filter(detail => details.indexOf(detail) !== details.lastIndexOf(detail))
}

function ownDetail({ detail = '' }: Row, shared: readonly string[], page: Page): readonly string[] {
  if (detail === '' || shared.includes(detail)) return []
  return fitted(detail, DETAIL_INDENT.length, page).map(line => page.paint('dim', DETAIL_INDENT + line))
}

function legend(shared: readonly string[], page: Page): readonly string[] {
  const lines = shared.flatMap((detail, index) => {
    const number = `[${index + 1}] `
    return fitted(detail, number.length, page).map(
      (line, nth) => (nth === 0 ? number : ' '.repeat(number.length)) + line,
    )
  })
  return lines.length === 0 ? [] : [...lines, '']
}

function fitted(text: string, indent: number, { width, wrapped }: Page): readonly string[] {
  const line = printable(text.replace(/\s+/g, ' '))
  return wrapped ? wrap(line, width - indent) : [line]
}

function urlText({ url, role }: Row, width: number): string {
  const suffix = role === 'server' ? '  (server)' : ''
  return cut(printable(url), width - suffix.length) + suffix
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

function summary(probes: readonly Row[]): string {
  const count = (status: Row['status']) => probes.filter(probe => probe.status === status).length
  const parts = (['healthy', 'degraded', 'unhealthy', 'unknown', 'waiting'] as const)
    .map(status => ({ status, n: count(status) }))
    .filter(({ status, n }) => n > 0 || status === 'healthy')
  return `${probes.length} asked: ${parts.map(({ status, n }) => `${n} ${status}`).join(', ')}`
}
