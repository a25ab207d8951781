/** The table of RESULTS.md. A run replaces the cells that it measured and keeps all others. */
import type { Row } from './row.ts'

const [BEGIN, END] = ['<!-- figures: begin -->', '<!-- figures: end -->']
const COLUMNS = ['measure', 'before', 'goal', 'now', 'single file'] as const
type Line = Readonly<Partial<Record<(typeof COLUMNS)[number], string>>>

/** The text with the rows in it. As `before`, the first value of a row goes into that column, whatever program it is of. */
export function mergeResults(text: string, rows: readonly Row[], machine: string, as: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`RESULTS.md lacks ${BEGIN} or ${END}`)
  if (as !== 'now' && as !== 'before') throw new Error(`--save=${as}: use now or before`)
  const lines = new Map(linesOf(text.slice(begin, end)).map(line => [line.measure, line]))
  for (const { measure, goal = '', values } of rows) {
    const [first = ''] = Object.values(values)
    const cells = as === 'before' ? { before: first } : values
    lines.set(measure, { ...lines.get(measure), ...cells, measure, goal })
  }
  const figures = `Measured last on: ${machine}.\n\n${tableOf([...lines.values()])}`
  return `${text.slice(0, begin)}${BEGIN}\n${figures}\n${text.slice(end)}`
}

function linesOf(figures: string): readonly Line[] {
  const [, , ...rows] = figures.split('\n').filter(line => line.startsWith('|'))
  return rows.map(row => {
    const cells = row.split('|').map(cell => cell.trim())
    return Object.fromEntries(COLUMNS.map((column, nth) => [column, cells[nth + 1] ?? '']))
  })
}

function tableOf(lines: readonly Line[]): string {
  const rows = lines.map(line => COLUMNS.map(column => line[column] ?? ''))
  return [COLUMNS, COLUMNS.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
