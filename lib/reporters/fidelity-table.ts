/** How much of each registry each runtime can express, as a table. Pure. */
import type { RegistryFidelity } from '../model/list-loss.ts'
import { columnsOf, cut, padded } from '../wording/columns.ts'
import { printable } from '../wording/printable.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'

type Fidelity = RegistryFidelity['fidelity']
type Texts = Readonly<Record<Fidelity, string>>
type Row = readonly [registry: string, cells: readonly RegistryFidelity[]]

const WORDS: Texts = { lossless: 'lossless', lossy: 'lossy', impossible: 'impossible', left_out: 'left out' }
/** Where there is no room for words. */
const MARKS: Texts = { lossless: '●', lossy: '◐', impossible: '✗', left_out: '-' }
const COLOURS = { lossless: 'green', lossy: 'yellow', impossible: 'red', left_out: 'dim' } as const
const MEANINGS: Texts = {
  lossless: 'lossless',
  lossy: 'lossy: written, but it means something else there',
  impossible: 'impossible: at least one part is not written',
  left_out: 'left out',
}

const GAP = '  '
/** Columns of a registry from which a table is easier to read than a list. */
const LEAST_NAME = 20

/** A column for each runtime: of words, or else of marks. On a narrow terminal, a line for each runtime. */
export function fidelityTable(cells: readonly RegistryFidelity[], page: TerminalStyle): readonly string[] {
  const rows = [...Map.groupBy(cells, ({ registry }) => registry)]
  const names = widest(rows.map(([registry]) => registry))
  for (const texts of [WORDS, MARKS]) {
    const widths = columnWidths(cells, texts)
    const room = page.width - widths.reduce((sum, width) => sum + GAP.length + width, 0)
    if (page.wrapped && room < Math.min(names, LEAST_NAME)) continue
    const drawing = { texts, widths, names: page.wrapped ? Math.min(names, room) : names, page }
    return [...tableLines(rows, drawing), ...legendLines(cells, texts, page)]
  }
  return [...rows.flatMap(row => rowBelow(row, page)), ...legendLines(cells, WORDS, page)]
}

interface Drawing {
  readonly texts: Texts
  /** Columns of each runtime. */
  readonly widths: readonly number[]
  /** Columns of the registries. */
  readonly names: number
  readonly page: TerminalStyle
}

function columnWidths(cells: readonly RegistryFidelity[], texts: Texts): readonly number[] {
  const byTarget = [...Map.groupBy(cells, ({ target }) => target)]
  return byTarget.map(([target, own]) => widest([target, ...own.map(({ fidelity }) => texts[fidelity])]))
}

/** A large list has more texts than a function may have arguments. */
function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, columnsOf(text)), 0)
}

function tableLines(rows: readonly Row[], drawing: Drawing): readonly string[] {
  const { widths, names, page } = drawing
  const targets = rows[0]?.[1].map(({ target }) => target) ?? []
  const head = ['', ...targets].map((text, i) => padded(text, widths[i - 1] ?? names)).join(GAP)
  return [page.paint('bold', head.trimEnd()), ...rows.map(row => rowText(row, drawing))]
}

function rowText([registry, cells]: Row, { texts, widths, names, page }: Drawing): string {
  const words = cells.map(({ fidelity }, i) => {
    const rest = i === cells.length - 1 ? 0 : (widths[i] ?? 0) - columnsOf(texts[fidelity])
    return page.paint(COLOURS[fidelity], texts[fidelity]) + ' '.repeat(rest)
  })
  return [padded(cut(printable(registry), names), names), ...words].join(GAP)
}

function rowBelow([registry, cells]: Row, page: TerminalStyle): readonly string[] {
  const width = widest(cells.map(({ target }) => target))
  return [
    page.paint('bold', cut(printable(registry), page.width)),
    ...cells.map(
      ({ target, fidelity }) =>
        `${GAP}${padded(target, width)}${GAP}${page.paint(COLOURS[fidelity], WORDS[fidelity])}`,
    ),
  ]
}

/** What the marks stand for, and those words that need it. */
function legendLines(
  cells: readonly RegistryFidelity[],
  texts: Texts,
  page: TerminalStyle,
): readonly string[] {
  const has = new Set(cells.map(({ fidelity }) => fidelity))
  const all = (['lossless', 'lossy', 'impossible', 'left_out'] as const).filter(one => has.has(one))
  const shown = all.filter(one => texts === MARKS || one === 'lossy' || one === 'impossible')
  const legend = shown
    .map(one => (texts === MARKS ? `${MARKS[one]} ${MEANINGS[one]}` : MEANINGS[one]))
    .join('; ')
  return legend === '' ? [] : fitted(legend, page).map(line => page.paint('dim', line))
}
