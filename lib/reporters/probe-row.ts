/** A row of a probe table: an endpoint, its status, and its latency as a bar. Pure. */
import type { Probe, ProbeStatus } from '../model/report.ts'
import { padded } from '../wording/columns.ts'
import { printable } from '../wording/printable.ts'
import type { Paint } from './paint.ts'
import { shortUrl, widthOfHost } from './short-url.ts'

/** An endpoint with its probe, or before that. */
export interface Row extends Omit<Probe, 'status' | 'depth'> {
  readonly status: ProbeStatus | 'waiting'
}

/** Parts beside mark, URL and latency, in the order in which they are dropped where there is no room. */
export const PARTS = ['estimate', 'bar', 'throughput', 'status', 'reason'] as const
export type Part = (typeof PARTS)[number]

/** How the rows of a table are drawn. */
export interface Drawing {
  readonly paint: Paint
  readonly parts: ReadonlySet<Part>
  /** Columns of the URLs. */
  readonly urls: number
  /** Whether they have their schemes. */
  readonly schemes: boolean
  /** What a full bar stands for. */
  readonly bar: BarScale
  /** Sentences about several endpoints; rows refer to them by number. */
  readonly shared: readonly string[]
}

/** Of latency in milliseconds, or of throughput in bytes per second, where any was measured. */
export interface BarScale {
  readonly of: 'latency' | 'throughput'
  readonly most: number
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
const STATUS_WIDTH = 9

export function rowText(row: Row, drawing: Drawing): string {
  const { paint, parts, urls } = drawing
  const word = parts.has('status') ? ` ${row.status.padEnd(STATUS_WIDTH)}` : ''
  const head = `  ${paint(COLOURS[row.status], MARKS[row.status] + word)}  `
  const cells = cellsOf(row, drawing).filter(({ part }) => part === undefined || parts.has(part))
  return [head + padded(urlText(row, urls, drawing.schemes), urls), ...cells.map(({ text }) => text)]
    .join('  ')
    .trimEnd()
}

/** Columns before the URL. */
export function widthOfHead(parts: Drawing['parts']): number {
  return parts.has('status') ? 6 + STATUS_WIDTH : 5
}

/** The suffix is omitted where the host would be cut. */
export function urlText(row: Row, width: number, hasScheme: boolean): string {
  const suffix = hasRoomForSuffix(row, width) ? suffixOf(row) : ''
  return shortUrl(shownUrl(row), width - suffix.length, hasScheme) + suffix
}

export function hasRoomForSuffix(row: Row, width: number): boolean {
  return widthOfHost(shownUrl(row)) + suffixOf(row).length <= width
}

function shownUrl({ url }: Row): string {
  return printable(url.replace(/\s/g, ' '))
}

/** What sort of endpoint it is, and for which targets, where it is another for others. */
export function suffixOf({ role, targets = [] }: Row): string {
  const words = [...(role === 'server' ? ['server'] : []), ...targets]
  return words.length === 0 ? '' : `  (${words.join(', ')})`
}

interface Cell {
  /** Undefined: never dropped. */
  readonly part?: Part
  readonly text: string
}

/** What follows the URL, with two spaces before each. */
export function cellsOf(row: Row, drawing: Pick<Drawing, 'paint' | 'bar' | 'shared'>): readonly Cell[] {
  const time = row.latency_ms?.median
  const reason = reasonText(row, drawing)
  const bar = (of: BarScale['of'], value: number | undefined): readonly Cell[] =>
    of !== drawing.bar.of || value === undefined ? [] : [{ part: 'bar', text: barText(value, row, drawing) }]
  const all: readonly Cell[] = [
    { text: time === undefined ? '' : latencyText(time) },
    ...bar('latency', time),
    { part: 'throughput', text: throughputText(row) },
    ...bar('throughput', row.bytes_per_second),
    { part: 'estimate', text: estimateText(row) },
    { part: 'reason', text: reason && drawing.paint(COLOURS[row.status], reason) },
  ]
  return all.filter(({ text }) => text !== '')
}

/** The reason in a word, and the number of the sentence that explains it. */
export function reasonText({ reason, detail = '' }: Row, { shared }: Pick<Drawing, 'shared'>): string {
  const number = shared.indexOf(detail) + 1
  return [
    reason === 'rate_limited' ? 'rate limited (429)' : (reason ?? []),
    number === 0 ? [] : `[${number}]`,
  ]
    .flat()
    .join(' ')
}

function latencyText(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`.padStart(8)
}

/** Linear, and at least an eighth of a block. */
function barText(
  value: number,
  { status }: Row,
  { paint, bar: scale }: Pick<Drawing, 'paint' | 'bar'>,
): string {
  const eighths = Math.max(1, Math.round((value / scale.most) * BAR_WIDTH * 8))
  const rest = eighths % 8 === 0 ? '' : '▏▎▍▌▋▊▉'.charAt((eighths % 8) - 1)
  const bar = '█'.repeat(Math.floor(eighths / 8)) + rest
  return paint(COLOURS[status], bar) + ' '.repeat(BAR_WIDTH - bar.length)
}

function throughputText({ bytes_per_second }: Row): string {
  if (bytes_per_second === undefined) return ''
  const megabytes = bytes_per_second / 1e6
  return `${megabytes.toFixed(megabytes < 10 ? 1 : 0).padStart(5)} MB/s`
}

/** The number that people compare. */
function estimateText({ pull_50mb_s }: Row): string {
  return pull_50mb_s === undefined ? '' : `50 MB in ${pull_50mb_s.toFixed(1).padStart(6)} s`
}
