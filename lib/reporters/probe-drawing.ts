/** What of the table of a probe there is room for. Pure. */
import { columnsOf } from './columns.ts'
import type { Page } from './page.ts'
import { paint } from './paint.ts'
import {
  cellsOf,
  type Drawing,
  PARTS,
  type Part,
  type Row,
  suffixOf,
  urlText,
  widthOfHead,
} from './probe-row.ts'
import { widthOfHost, widthOfUrl } from './short-url.ts'

type Parts = ReadonlySet<Part>

interface Choice {
  readonly parts: Parts
  /** Columns that it leaves to the urls. */
  readonly room: number
}

const EVERYTHING: Choice = { parts: new Set(PARTS), room: Number.POSITIVE_INFINITY }
/** From all to none. */
const CHOICES: readonly Parts[] = [0, 1, 2, 3, 4, 5].map(gone => new Set(PARTS.slice(gone)))

/** As many parts as leave the urls their room; where even none does, urls are cut. */
export function drawingOf(rows: readonly Row[], shared: readonly string[], page: Page): Drawing {
  const slowest = widest([1, ...rows.map(row => row.latency_ms?.median ?? 0)])
  const how = { paint: page.paint, slowest, shared }
  const { parts, room } = page.wrapped ? chosen(rows, how, page.width) : EVERYTHING
  const urls = Math.min(Math.max(1, room), widest(rows.map(row => columnsOf(urlText(row, room)))))
  return { ...how, parts, urls }
}

/** What would give no room by going stays. */
function chosen(rows: readonly Row[], how: Pick<Drawing, 'slowest' | 'shared'>, width: number): Choice {
  const beside = widthsBeside(rows, how)
  const choices = CHOICES.map(parts => ({ parts, room: width - beside(parts) }))
  const least = (parts: Parts) => widest(rows.map(row => leastOf(row, parts)))
  const enough = choices.find(({ parts, room }) => room >= least(parts)) ?? choices.at(-1)
  return choices.find(({ room }) => room >= (enough?.room ?? 0)) ?? EVERYTHING
}

/** What a url must have: a path counts for more than bar and estimate do, and for less than the rest. */
function leastOf({ url, role }: Row, parts: Parts): number {
  return (parts.has('estimate') ? widthOfUrl(url) : widthOfHost(url)) + suffixOf(role).length
}

/** Columns that are not the url's. */
function widthsBeside(rows: readonly Row[], how: Pick<Drawing, 'slowest' | 'shared'>) {
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
