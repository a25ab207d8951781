/** Writes the tables of docs/targets.md from the loss tables in the code. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { targets } from '../lib/targets/index.ts'
import { FEATURES, type Feature, type Fidelity, type Lost } from '../lib/targets/loss-table.ts'
import type { Target } from '../lib/targets/target.ts'

const file = path.resolve(import.meta.dirname, '../docs/targets.md')
const [BEGIN, END] = ['<!-- losses: begin -->', '<!-- losses: end -->']

/** The document with the current tables. */
export async function withLossTables(document: string): Promise<string> {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`docs/targets.md lacks ${BEGIN} or ${END}`)
  const all = await Promise.all(Object.values(targets).map(({ load }) => load()))
  return `${document.slice(0, begin)}${BEGIN}\n${[mappingTable(all), ...all.flatMap(lossSection)].join('\n\n')}\n${document.slice(end)}`
}

const features = Object.keys(FEATURES).filter((name): name is Feature => name in FEATURES)
const MARKS = { lossless: '●', lossy: '◐', impossible: '✗' } as const

/** A column for each loss table, a row for each feature. */
function mappingTable(all: readonly Target[]): string {
  const columns = all.flatMap(({ losses }) => losses.tables)
  const rows = features.map(feature => [
    FEATURES[feature].label,
    ...columns.map(table => MARKS[markOf(table.features[feature])]),
  ])
  const head = ['the list has', ...columns.map(({ title }) => title)]
  const rule = head.map((_, i) => (i === 0 ? '---' : ':-:'))
  return ['● lossless, ◐ lossy, ✗ impossible', '', ...[head, rule, ...rows].map(rowText)].join('\n')
}

function markOf(fidelity: Fidelity): keyof typeof MARKS {
  return fidelity === 'lossless' ? fidelity : fidelity.loss
}

interface Row extends Lost {
  readonly feature: Feature
  /** The tables that have it. */
  readonly of: readonly string[]
}

/** Each loss of a target in words. */
function lossSection({ title, losses }: Target): readonly string[] {
  const rows = features.flatMap(feature => rowsOf(feature, losses.tables))
  if (rows.length === 0)
    return [`### Losses of ${title}\n\nNone: a list has nothing that ${title} cannot express.`]
  const hasSeveral = losses.tables.length > 1
  const head = ['the list has', '', `${title} …`, 'so', ...(hasSeveral ? ['where'] : [])]
  const texts = rows.map(({ feature, loss, problem, consequence, of }) => [
    FEATURES[feature].label,
    loss,
    problem,
    consequence,
    ...(hasSeveral ? [of.length === losses.tables.length ? 'all' : of.join('; ')] : []),
  ])
  return [[`### Losses of ${title}`, '', ...[head, head.map(() => '---'), ...texts].map(rowText)].join('\n')]
}

/** Tables with the same loss are one row. */
function rowsOf(feature: Feature, tables: Target['losses']['tables']): readonly Row[] {
  const lost = tables.flatMap(table => {
    const fidelity = table.features[feature]
    return fidelity === 'lossless' ? [] : [{ ...fidelity, table: table.title }]
  })
  const groups = Map.groupBy(lost, ({ table: _, ...loss }) => JSON.stringify(loss))
  return [...groups.values()].flatMap(group => {
    const [first] = group
    return first === undefined ? [] : [{ ...first, feature, of: group.map(({ table }) => table) }]
  })
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

if (import.meta.main) writeFileSync(file, await withLossTables(readFileSync(file, 'utf8')))
