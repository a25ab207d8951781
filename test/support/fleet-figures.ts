/** The figures of a simulated fleet, and their table in docs/fleet.md. */
import type { FleetRun } from './fleet.ts'
import { MIRROR, type Phase, SERVER } from './fleet-scenarios.ts'

export type Row = readonly string[]

const COLUMNS: Row = [
  'phase',
  'mirror: peak',
  'mirror: mean',
  'server: peak',
  'half of the nodes have written it',
  'all nodes',
]

export function phaseRow(run: FleetRun, phase: Phase): Row {
  const toMirror = requestsIn(run, MIRROR, phase)
  const toServer = requestsIn(run, SERVER, phase)
  return [
    phase.title,
    String(peakOf(toMirror)),
    meanOf(toMirror).toFixed(0),
    String(peakOf(toServer)),
    ...writeTimes(run, phase),
  ]
}

/** In each second of a phase. */
export function requestsIn({ requests }: FleetRun, url: string, { from, to }: Phase): readonly number[] {
  return (requests[url] ?? []).slice(from / 1000, to / 1000)
}

export function peakOf(counts: readonly number[]): number {
  return Math.max(0, ...counts)
}

export function meanOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length)
}

/** How long after the start of the phase half of the nodes and all of them have written it. */
function writeTimes({ writes }: FleetRun, { from, to, mirrors }: Phase): Row {
  const times = writes
    .filter(({ at, mirrors: written }) => at >= from && at < to && written === mirrors)
    .map(({ at }) => at - from)
    .sort((a, b) => a - b)
  return [times[Math.floor(times.length / 2)], times.at(-1)].map(ms =>
    ms === undefined ? '' : `${Math.round(ms / 1000)} s`,
  )
}

const BARS = '▁▂▃▄▅▆▇█'
const BAR_S = 10

/** Each bar is the busiest second of ten. */
export function histogramLine(url: string, counts: readonly number[]): string {
  const most = peakOf(counts)
  const bars = Array.from({ length: Math.ceil(counts.length / BAR_S) }, (_, i) => {
    const part = peakOf(counts.slice(i * BAR_S, (i + 1) * BAR_S)) / Math.max(1, most)
    return BARS[Math.min(BARS.length - 1, Math.floor(part * BARS.length))]
  })
  return `${bars.join('')} at most ${most}/s to ${new URL(url).host}`
}

const [BEGIN, END] = ['<!-- figures: begin -->', '<!-- figures: end -->']

export function replaceFigures(document: string, rows: readonly Row[]): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`docs/fleet.md lacks ${BEGIN} or ${END}`)
  return `${document.slice(0, begin)}${BEGIN}\n${tableText(rows)}\n${document.slice(end)}`
}

/** The rows of the table in the document. */
export function readFigures(document: string): readonly Row[] {
  const figures = document.slice(document.indexOf(BEGIN), document.indexOf(END))
  const [, , ...rows] = figures.split('\n').filter(line => line.startsWith('|'))
  return rows.map(row =>
    row
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  )
}

export function tableText(rows: readonly Row[]): string {
  return [COLUMNS, COLUMNS.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
