/** The starter lists and the templates, as a table. Pure. */
import type { CatalogItem, CatalogReport } from '../model/init-report.ts'
import { columnsOf, padded } from '../wording/columns.ts'
import { wrap } from '../wording/wrap.ts'
import type { TerminalStyle } from './terminal.ts'

export function catalogLines({ presets, templates }: CatalogReport, page: TerminalStyle): readonly string[] {
  const names = [...presets, ...templates].map(({ name }) => columnsOf(name))
  const width = Math.max(...names)
  const rows = (items: readonly CatalogItem[]) => items.flatMap(item => rowLines(item, width, page))
  return [
    page.paint('bold', 'Starter lists: regmirror init --preset NAME -o mirrors.toml'),
    ...rows(presets),
    '',
    page.paint('bold', 'Templates: regmirror init --template NAME -o DIR'),
    ...rows(templates),
  ]
}

function rowLines({ name, summary, files = 1 }: CatalogItem, width: number, page: TerminalStyle) {
  const indent = width + 4
  const text = files > 1 ? `${summary} (${files} files)` : summary
  const lines = page.wrapped ? wrap(text, page.width - indent) : [text]
  return lines.map((line, nth) => (nth === 0 ? `  ${padded(name, width)}  ` : ' '.repeat(indent)) + line)
}
