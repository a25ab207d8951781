/** A row of the table of a probe: an endpoint, how it answered, a bar for the eye. Pure. */

import type { Probe, Status } from '../model/report.ts'
import { printable } from '../wording/printable.ts'
import { padded } from './columns.ts'
import type { Paint } from './paint.ts'
import { shortUrl, widthOfHost } from './short-url.ts'

/** An endpoint with its answer, or before that. */
export interface Row extends Omit<Probe, 'status' | 'depth'> {
  readonly status: Status | 'waiting'
}

/** What stands beside mark, url and latency, in the order in which it goes where there is no room. */
export const PARTS = ['bar', 'estimate', 'throughput', 'status', 'reason'] as const
export type Part = (typeof PARTS)[number]

/** How the rows of one table are drawn. */
export interface Drawing {
  readonly paint: Paint
  readonly parts: ReadonlySet<Part>
  /** Columns of the urls. */
  readonly urls: number
  /** Milliseconds that fill a whole bar. */
  readonly slowest: number
  /** Sentences about several endpoints; rows name their number. */
  readonly shared: readonly string[]
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
  return [head + padded(urlText(row, urls), urls), ...cells.map(({ text }) => text)].join('  ').trimEnd()
}

/** Columns before the url. */
export function widthOfHead(parts: Drawing['parts']): number {
  return parts.has('status') ? 6 + STATUS_WIDTH : 5
}

/** That it is the server goes where that would cost a part of its host. */
export function urlText({ url, role }: Row, width: number): string {
  const text = printable(url.replace(/\s/g, ' '))
  const suffix = widthOfHost(text) + suffixOf(role).length > width ? '' : suffixOf(role)
  return shortUrl(text, width - suffix.length) + suffix
}

export function suffixOf(role: Row['role']): string {
  return role === 'server' ? '  (server)' : ''
}

interface Cell {
  /** Undefined: it stands there in any case. */
  readonly part?: Part
  readonly text: string
}

/** What stands behind the url, with two spaces before each. */
export function cellsOf(row: Row, drawing: Pick<Drawing, 'paint' | 'slowest' | 'shared'>): readonly Cell[] {
  const time = row.latency_ms?.median
  const reason = reasonText(row, drawing)
  const all: readonly Cell[] = [
    { text: time === undefined ? '' : took(time) },
    { part: 'bar', text: time === undefined ? '' : barText(time, row, drawing) },
    { part: 'throughput', text: throughputText(row) },
    { part: 'estimate', text: estimateText(row) },
    { part: 'reason', text: reason && drawing.paint(COLOURS[row.status], reason) },
  ]
  return all.filter(({ text }) => text !== '')
}

/** Why it is not well, in a word, and the number of the sentence that says more. */
export function reasonText({ reason, detail = '' }: Row, { shared }: Pick<Drawing, 'shared'>): string {
  const number = shared.indexOf(detail) + 1
  return [
    reason === 'rate_limited' ? 'rate limited (429)' : (reason ?? []),
    number === 0 ? [] : `[${number}]`,
  ]
    .flat()
    .join(' ')
}

function took(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`.padStart(8)
}

/** Linear, and never empty: the fastest still has an eighth of a block. */
function barText(
  time: number,
  { status }: Row,
  { paint, slowest }: Pick<Drawing, 'paint' | 'slowest'>,
): string {
  const eighths = Math.max(1, Math.round((time / slowest) * BAR_WIDTH * 8))
  const rest = eighths % 8 === 0 ? '' : '▏▎▍▌▋▊▉'.charAt((eighths % 8) - 1)
  const bar = '█'.repeat(Math.floor(eighths / 8)) + rest
  return paint(COLOURS[status], bar) + ' '.repeat(BAR_WIDTH - bar.length)
}

function throughputText({ bytes_per_second }: Row): string {
  if (bytes_per_second === undefined) return ''
  const megabytes = bytes_per_second / 1e6
  return `${megabytes.toFixed(megabytes < 10 ? 1 : 0).padStart(5)} MB/s`
}

/** The figure that people compare. */
function estimateText({ pull_50mb_s }: Row): string {
  return pull_50mb_s === undefined ? '' : `50 MB in ${pull_50mb_s.toFixed(1).padStart(6)} s`
}
