/** Probes as a table, by registry in the order of the list, one endpoint a line. Pure. */
import { listUrl } from '../model/list-url.ts'
import { cut, pieces } from '../wording/columns.ts'
import { plural } from '../wording/plural.ts'
import { printable } from '../wording/printable.ts'
import { wrap } from '../wording/wrap.ts'
import { drawingOf } from './probe-drawing.ts'
import { type Drawing, hasRoomForSuffix, type Row, reasonText, rowText } from './probe-row.ts'
import type { TerminalStyle } from './terminal.ts'

const DETAIL_INDENT = '      '

/**
 * Lines of the table, with the totals after the last empty line. A sentence about one endpoint is printed below it, and
 * a sentence about several is printed once below the table, with a number. No line is wider than the terminal.
 */
export function probeTable(given: readonly Row[], page: TerminalStyle): readonly string[] {
  const probes = given.map(probe => ({ ...probe, url: listUrl(probe.url) }))
  const shared = sharedDetails(probes)
  const drawing = drawingOf(probes, shared, page)
  const groups = [...new Set(probes.map(probe => probe.registry))].map(registry => {
    const rows = probes.filter(probe => probe.registry === registry)
    return [heading(registry, rows, page), ...rows.flatMap(probe => probeLines(probe, drawing, page))]
  })
  const sum = fitted(summary(probes), 0, page)
  return [...groups.flatMap(group => [...group, '']), ...legend(shared, page), ...sum]
}

/** The registry, and the image of its probes: it is the same for all endpoints of a registry. */
function heading(registry: string, rows: readonly Row[], { paint, width, wrapped }: TerminalStyle): string {
  const image = rows.find(row => row.image !== undefined)?.image
  const words = printable((image === undefined ? registry : `${registry}  (${image})`).replace(/\s/g, ' '))
  return paint('bold', wrapped ? cut(words, width) : words)
}

/** A row, with its own sentence below it, and its targets and its reason where the row has no room for them. */
function probeLines(probe: Row, drawing: Drawing, page: TerminalStyle): readonly string[] {
  const { detail = '' } = probe
  const reason = drawing.parts.has('reason') ? '' : reasonText(probe, drawing)
  const own = drawing.shared.includes(detail) ? '' : detail
  const below = [whose(probe, drawing), reason, own].filter(text => text !== '').join(': ')
  const lines = below === '' ? [] : fitted(below, DETAIL_INDENT.length, page)
  return [rowText(probe, drawing), ...lines.map(line => page.paint('dim', DETAIL_INDENT + line))]
}

/** The targets that a row is for, where it has no room for them. */
function whose(row: Row, { urls }: Drawing): string {
  const { targets = [] } = row
  return targets.length === 0 || hasRoomForSuffix(row, urls) ? '' : `for ${targets.join(' and ')}`
}

/** Sentences about several endpoints, in the order in which they first occur. */
function sharedDetails(probes: readonly Row[]): readonly string[] {
  const details = probes.map(probe => probe.detail ?? '').filter(detail => detail !== '')
  return [...new Set(details)].filter(detail => details.indexOf(detail) !== details.lastIndexOf(detail))
}

function legend(shared: readonly string[], page: TerminalStyle): readonly string[] {
  const lines = shared.flatMap((detail, index) => {
    const number = `[${index + 1}] `
    return fitted(detail, number.length, page).map(
      (line, nth) => (nth === 0 ? number : ' '.repeat(number.length)) + line,
    )
  })
  return lines.length === 0 ? [] : [...lines, '']
}

function fitted(text: string, indent: number, { width, wrapped }: TerminalStyle): readonly string[] {
  const line = printable(text.replace(/\s+/g, ' '))
  if (!wrapped) return [line]
  return wrap(line, width - indent).flatMap(one => pieces(one, width - indent))
}

function summary(probes: readonly Row[]): string {
  const count = (status: Row['status']) => probes.filter(probe => probe.status === status).length
  const parts = (['healthy', 'degraded', 'unhealthy', 'unknown', 'waiting'] as const)
    .map(status => ({ status, n: count(status) }))
    .filter(({ status, n }) => n > 0 || status === 'healthy')
  return `${plural(probes.length, 'endpoint', 'endpoints')}: ${parts.map(({ status, n }) => `${n} ${status}`).join(', ')}`
}
