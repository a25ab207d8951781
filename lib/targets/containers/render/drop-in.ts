/** The text of the drop-in; a second parser proves the result. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { readToml } from '../../../formats/toml/second-parser.ts'
import { assignment, type TomlKeys } from '../../../formats/toml/text.ts'
import { BANNER } from '../../../ownership/banner.ts'

/** A `[[registry]]` table; `mirrors` in the order in which they are tried. */
export interface DropInTable {
  readonly keys: TomlKeys
  readonly mirrors: readonly TomlKeys[]
}

export function formatDropIn(tables: readonly DropInTable[]): string {
  const text = [BANNER, ...tables.map(formatTable)].join('\n')
  const whole = `${text}${tables.length === 0 ? '\n' : ''}`
  if (!readsBack(whole, tables)) throw new Error('a second parser reads another value from the drop-in')
  return whole
}

/** Keys stand before [[registry.mirror]]: those after it would belong to the mirror. */
function formatTable({ keys, mirrors }: DropInTable): string {
  return [
    `[[registry]]\n${lines(keys, '')}`,
    ...mirrors.map(mirror => `\n  [[registry.mirror]]\n${lines(mirror, '  ')}`),
  ].join('')
}

function lines(keys: TomlKeys, indent: string): string {
  return Object.entries(keys)
    .map(([key, value]) => `${indent}${assignment([key], value)}\n`)
    .join('')
}

function readsBack(text: string, tables: readonly DropInTable[]): boolean {
  const expected = tables.map(({ keys, mirrors }) => ({
    ...keys,
    ...(mirrors.length > 0 && { mirror: mirrors }),
  }))
  const { registry = [], ...others } = readToml(text)
  const read = Array.isArray(registry) ? registry.filter(isTable) : []
  return Object.keys(others).length === 0 && JSON.stringify(read) === JSON.stringify(expected)
}
