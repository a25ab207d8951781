/** TOML values, keys, table headers and lines as text. */
import { isTable } from '../is-table.ts'

export type TomlValue = string | boolean | readonly (TomlValue | TomlKeys)[]
export interface TomlKeys extends Readonly<Record<string, TomlValue>> {}

/** Whether a value is of a type that regmirror writes. Tables only in arrays: others are written as sections. */
export function isTomlValue(value: unknown): value is TomlValue {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (Array.isArray(value) && value.every(item => isTomlValue(item) || isInlineTable(item)))
  )
}

function isInlineTable(value: unknown): value is TomlKeys {
  return isTable(value) && Object.values(value).every(isTomlValue)
}

export function tableHeader(path: readonly string[]): string {
  return `[${path.map(keyText).join('.')}]`
}

export function assignment(path: readonly string[], value: TomlValue): string {
  return `${path.map(keyText).join('.')} = ${valueText(value)}`
}

export function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : stringText(key)
}

export function valueText(value: TomlValue): string {
  if (typeof value === 'string') return stringText(value)
  return typeof value === 'boolean' ? String(value) : `[${value.map(itemText).join(', ')}]`
}

/** A table in an array is written inline: it stays beside the other keys, wherever their header is. */
function itemText(item: TomlValue | TomlKeys): string {
  if (!isInlineTable(item)) return valueText(item)
  const pairs = Object.entries(item).map(([key, value]) => assignment([key], value))
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
}

function stringText(value: string): string {
  // Most strings need no escape, and JSON.stringify takes longer than the look at one.
  if (/^[ !#-[\]-~]*$/.test(value)) return `"${value}"`
  // A JSON string is a TOML basic string, except that TOML requires DEL to be escaped.
  return JSON.stringify(value).replaceAll('\u007f', '\\u007F')
}
