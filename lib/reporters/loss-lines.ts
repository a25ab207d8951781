/** What each runtime can express of each registry, as a table, with each loss below it. Pure. */

import type { RegistryFidelity, TargetLoss } from '../model/list-loss.ts'
import { listUrl } from '../model/list-url.ts'
import { columnsOf, cut, padded } from '../wording/columns.ts'
import { printable } from '../wording/printable.ts'
import type { TerminalStyle } from './terminal.ts'
import { fitted } from './wrap.ts'

type Fidelity = RegistryFidelity['fidelity']

const WORDS: Readonly<Record<Fidelity, string>> = {
  lossless: 'lossless',
  lossy: 'lossy',
  impossible: 'impossible',
  left_out: 'left out',
}
const COLOURS = { lossless: 'green', lossy: 'yellow', impossible: 'red', left_out: 'dim' } as const

/** Empty without `--losses`. */
export function lossLines(
  {
    fidelity,
    losses = [],
  }: { readonly fidelity?: readonly RegistryFidelity[]; readonly losses?: readonly TargetLoss[] },
  page: TerminalStyle,
): readonly string[] {
  if (fidelity === undefined) return []
  if (fidelity.length === 0) return ['this list configures none of these runtimes', '']
  const groups = [...Map.groupBy(losses, ({ target, problem }) => JSON.stringify([target, problem])).values()]
  return [
    ...tableLines(fidelity, page),
    ...legendLines(fidelity, page),
    '',
    ...groups.flatMap(group => [...groupLines(group, page), '']),
  ]
}

const GAP = '  '

const MEANINGS = {
  lossy: 'lossy: written, but it means something else there',
  impossible: 'impossible: at least one part is not written',
} as const

function legendLines(cells: readonly RegistryFidelity[], page: TerminalStyle): readonly string[] {
  const words = (['lossy', 'impossible'] as const).filter(word => cells.some(cell => cell.fidelity === word))
  const text = words.map(word => MEANINGS[word]).join('; ')
  return text === '' ? [] : fitted(text, page).map(line => page.paint('dim', line))
}

function tableLines(cells: readonly RegistryFidelity[], page: TerminalStyle): readonly string[] {
  const rows = [...Map.groupBy(cells, ({ registry }) => registry)]
  const targets = [...new Set(cells.map(({ target }) => target))]
  const widths = targets.map(target =>
    widest([target, ...cells.flatMap(cell => (cell.target === target ? WORDS[cell.fidelity] : []))]),
  )
  const names = widest(rows.map(([registry]) => registry))
  const room = page.width - widths.reduce((sum, width) => sum + GAP.length + width, 0)
  if (page.wrapped && room < Math.min(names, LEAST_NAME)) return rows.flatMap(row => rowBelow(row, page))
  const width = page.wrapped ? Math.min(names, room) : names
  const head = ['', ...targets].map((text, i) => padded(text, widths[i - 1] ?? width)).join(GAP)
  return [
    page.paint('bold', head.trimEnd()),
    ...rows.map(([name, own]) => rowText(name, own, width, widths, page)),
  ]
}

/** A large list has more texts than a function may have arguments. */
function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, columnsOf(text)), 0)
}

/** Columns of a registry from which a table is easier to read than a list. */
const LEAST_NAME = 20

function rowText(
  registry: string,
  cells: readonly RegistryFidelity[],
  width: number,
  widths: readonly number[],
  { paint }: TerminalStyle,
): string {
  const words = cells.map(({ fidelity }, i) => {
    const word = WORDS[fidelity]
    const isLast = i === cells.length - 1
    return paint(COLOURS[fidelity], word) + (isLast ? '' : ' '.repeat((widths[i] ?? 0) - word.length))
  })
  return [padded(cut(printable(registry), width), width), ...words].join(GAP)
}

/** On a narrow terminal: a line for each runtime. */
function rowBelow(
  [registry, cells]: [string, readonly RegistryFidelity[]],
  page: TerminalStyle,
): readonly string[] {
  const width = Math.max(...cells.map(({ target }) => columnsOf(target)))
  return [
    page.paint('bold', cut(printable(registry), page.width)),
    ...cells.map(
      ({ target, fidelity }) =>
        `${GAP}${padded(target, width)}${GAP}${page.paint(COLOURS[fidelity], WORDS[fidelity])}`,
    ),
  ]
}

/** Of more places of one loss, this many are shown. */
const SHOWN = 3

/** One loss, and where the list has it. */
function groupLines(group: readonly TargetLoss[], page: TerminalStyle): readonly string[] {
  const [first] = group
  if (first === undefined) return []
  const { loss, problem, consequence } = first
  const shown = group.length > SHOWN + 1 ? group.slice(0, SHOWN) : group
  const more = group.length - shown.length
  const text = fitted(printable(`${loss}: ${problem}; ${consequence}`), page, GAP)
  return [
    ...text.map((line, i) => (i === 0 ? page.paint(COLOURS[loss], loss) + line.slice(loss.length) : line)),
    ...shown.flatMap(one => fitted(GAP + printable(placeText(one)), page, GAP + GAP)),
    ...(more > 0 ? [`${GAP}and ${more} more`] : []),
  ]
}

function placeText({ place: { file, line, column }, registry, mirror }: TargetLoss): string {
  return [`${file}:${line}:${column}`, registry, ...(mirror === undefined ? [] : [listUrl(mirror)])].join(
    ': ',
  )
}
