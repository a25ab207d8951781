/** Values of another program's file that may have any type. Pure. */
import { isTable, type Table } from './is-table.ts'

/** The strings in an array; one string counts as an array of one. */
export function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}

/** The tables in a table, by their keys. */
export function tablesIn(value: unknown): readonly (readonly [key: string, table: Table])[] {
  if (!isTable(value)) return []
  return Object.entries(value).flatMap(([key, table]) => (isTable(table) ? [[key, table] as const] : []))
}
