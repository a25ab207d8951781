/**
 * The table of a probe while it comes about, on a terminal: every endpoint from the start, each with its answer as soon
 * as there is one. Nothing in a pipe, and nothing for a quick run.
 */
import { stripVTControlCharacters } from 'node:util'
import type { Probe } from '../model/report.ts'
import type { Sink } from '../model/world.ts'
import { columnsOf } from './columns.ts'
import type { Page } from './page.ts'
import type { Row } from './probe-row.ts'
import { probeTable } from './probe-table.ts'

/** Time to wait before anything is drawn: most runs are over by then. */
const PATIENCE_MS = 300
/** Between two drawings. */
const PERIOD_MS = 100

export interface Live {
  onProbe(probe: Probe): void
  /** Erases what was drawn. */
  end(): void
}

export const NOT_LIVE: Live = { onProbe: () => {}, end: () => {} }

/** `endpoints` in the order of the table. Too many for the terminal are only summed up. */
export function live(
  endpoints: readonly Pick<Row, 'registry' | 'role' | 'url'>[],
  sink: Sink,
  page: Page,
): Live {
  const rows: Row[] = endpoints.map(endpoint => ({ ...endpoint, status: 'waiting' }))
  let drawn: readonly string[] = []
  const draw = () => {
    const table = probeTable(rows, { ...page, width: sink.columns || page.width })
    // The last line of a terminal is where the cursor stands.
    const next = table.length < (sink.rows ?? 0) ? table : table.slice(table.lastIndexOf('') + 1)
    if (next.join() !== drawn.join())
      sink.write(`${erased(drawn, sink)}${next.map(line => `${line}\n`).join('')}`)
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
      sink.write(erased(drawn, sink))
    },
  }
}

/** Back to where the drawing began, and everything from there on gone. */
function erased(lines: readonly string[], sink: Sink): string {
  const columns = sink.columns || Number.POSITIVE_INFINITY
  // A terminal that was made narrower has folded what did not fit any more.
  const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(shownColumns(line) / columns)), 0)
  return lines.length === 0 ? '' : `\u001b[${rows}A\r\u001b[0J`
}

function shownColumns(line: string): number {
  return columnsOf(stripVTControlCharacters(line))
}
