/** Which columns of a probe table fit. Pure. */
import { columnsOf } from '../wording/columns.ts'
import { paint } from './paint.ts'
import {
  type BarScale,
  cellsOf,
  type Drawing,
  PARTS,
  type Part,
  type Row,
  suffixOf,
  urlText,
  widthOfHead,
} from './probe-row.ts'
import { widthOfHost, widthOfOrigin, widthOfUrl } from './short-url.ts'
import type { TerminalStyle } from './terminal.ts'

type Parts = ReadonlySet<Part>

interface Choice {
  readonly parts: Parts
  /** Columns that are left for the URLs. */
  readonly room: number
}

const EVERYTHING: Choice = { parts: new Set(PARTS), room: Number.POSITIVE_INFINITY }
/** From all of them to none. */
const CHOICES: readonly Parts[] = [0, 1, 2, 3, 4, 5].map(gone => new Set(PARTS.slice(gone)))

/** As many parts as leave enough room for the URLs. Where none does, URLs are cut. */
export function drawingOf(rows: readonly Row[], shared: readonly string[], page: TerminalStyle): Drawing {
  const how = { paint: page.paint, bar: barScale(rows), shared }
  const { parts, room } = page.wrapped ? chooseParts(rows, how, page.width) : EVERYTHING
  const schemes = rows.every(row => widthOfOrigin(row.url) + suffixOf(row).length <= room)
  const urls = Math.min(Math.max(1, room), widest(rows.map(row => columnsOf(urlText(row, room, schemes)))))
  return { ...how, parts, urls, schemes }
}

/** Throughput is what a pull waits for, so it is the bar where it was measured. */
function barScale(rows: readonly Row[]): BarScale {
  const speeds = rows.flatMap(row => row.bytes_per_second ?? [])
  if (speeds.length > 0) return { of: 'throughput', most: widest([1, ...speeds]) }
  return { of: 'latency', most: widest([1, ...rows.map(row => row.latency_ms?.median ?? 0)]) }
}

/** A part that gives the URLs no room by going stays. */
function chooseParts(rows: readonly Row[], how: Pick<Drawing, 'bar' | 'shared'>, width: number): Choice {
  const beside = widthsBeside(rows, how)
  const choices = CHOICES.map(parts => ({ parts, room: width - beside(parts) }))
  const least = (parts: Parts) => widest(rows.map(row => leastOf(row, parts)))
  const enough = choices.find(({ parts, room }) => room >= least(parts)) ?? choices.at(-1)
  return choices.find(({ room }) => room >= (enough?.room ?? 0)) ?? EVERYTHING
}

/** The least room of a URL: its path matters more than the bar and the estimate, and less than the other parts. */
function leastOf(row: Row, parts: Parts): number {
  const { url } = row
  return (parts.has('bar') ? widthOfUrl(url) : widthOfHost(url)) + suffixOf(row).length
}

/** Columns beside the URL. */
function widthsBeside(rows: readonly Row[], how: Pick<Drawing, 'bar' | 'shared'>) {
  const cells = rows.map(row =>
    cellsOf(row, { ...how, paint: paint(false) }).map(({ part, text }) => ({
      part,
      width: 2 + columnsOf(text),
    })),
  )
  const shown = (parts: Parts) =>
    cells.map(row =>
      row.reduce((sum, { part, width }) => (part === undefined || parts.has(part) ? sum + width : sum), 0),
    )
  return (parts: Parts) => widthOfHead(parts) + widest(shown(parts))
}

function widest(widths: readonly number[]): number {
  return widths.reduce((most, width) => Math.max(most, width), 0)
}
