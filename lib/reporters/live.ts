/**
 * The table of a probe while it runs, on a terminal: it has every endpoint from the start, and each result as soon as
 * there is one. Nothing is drawn into a pipe, or for a quick run.
 */
import { stripVTControlCharacters } from 'node:util'
import { baseUrl } from '../model/registry.ts'
import type { Sink, World } from '../model/world.ts'
import type { Progress } from '../pipeline/probe-list.ts'
import type { Endpoint } from '../probe/api/endpoint.ts'
import { columnsOf } from '../wording/columns.ts'
import type { OutputFormat } from './print.ts'
import type { Row } from './probe-row.ts'
import { probeTable } from './probe-table.ts'
import { detectTerminalStyle, isDrawable, type TerminalStyle } from './terminal.ts'

/** Before anything is drawn: most runs are over by then. */
const PATIENCE_MS = 100
/** Between two drawings. */
const PERIOD_MS = 100

const NOTHING: Progress = { onProbe: () => {}, end: () => {} }

/** Draws tables on stderr, where that is a terminal and the report is text. */
export function openLiveTable(
  format: OutputFormat,
  { stderr, env }: Pick<World, 'stderr' | 'env'>,
): (endpoints: readonly Endpoint[]) => Progress {
  if (format !== 'text' || !isDrawable(stderr, env)) return () => NOTHING
  return endpoints =>
    drawTable(
      endpoints.map(({ registry, role, base }) => ({ registry, role, url: baseUrl(base) })),
      stderr,
      detectTerminalStyle(stderr, env),
    )
}

/** `endpoints` in the order of the table. Where the terminal has no room for them, only the totals are drawn. */
export function drawTable(
  endpoints: readonly Pick<Row, 'registry' | 'role' | 'url'>[],
  sink: Sink,
  page: TerminalStyle,
): Progress {
  const rows: Row[] = endpoints.map(endpoint => ({ ...endpoint, status: 'waiting' }))
  let drawn: readonly string[] = []
  const draw = () => {
    const table = probeTable(rows, { ...page, width: sink.columns || page.width })
    // The cursor stands in the last line of the terminal.
    const next = table.length < (sink.rows ?? 0) ? table : table.slice(table.lastIndexOf('') + 1)
    if (next.join() !== drawn.join())
      sink.write(`${erasing(drawn, sink)}${next.map(line => `${line}\n`).join('')}`)
    drawn = next
  }
  let timer = setTimeout(() => {
    draw()
    timer = setInterval(draw, PERIOD_MS)
  }, PATIENCE_MS)
  return {
    onProbe: probe => {
      const { registry, role, url } = probe
      const nth = rows.findIndex(
        row => row.status === 'waiting' && row.registry === registry && row.role === role && row.url === url,
      )
      if (nth !== -1) rows[nth] = probe
    },
    end: () => {
      clearTimeout(timer)
      sink.write(erasing(drawn, sink))
    },
  }
}

/** Moves back to where these lines begin and erases everything from there on. */
function erasing(lines: readonly string[], sink: Sink): string {
  const columns = sink.columns || Number.POSITIVE_INFINITY
  // A terminal that was made narrower meanwhile has folded the lines.
  const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(shownColumns(line) / columns)), 0)
  return lines.length === 0 ? '' : `\u001b[${rows}A\r\u001b[0J`
}

function shownColumns(line: string): number {
  return columnsOf(stripVTControlCharacters(line))
}
