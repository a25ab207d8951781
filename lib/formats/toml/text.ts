/** TOML values, keys, table headers and lines as text. */

export type TomlValue = string | boolean | readonly TomlValue[]
export type TomlKeys = Readonly<Record<string, TomlValue>>

/** Whether a value is of a type that regmirror writes. */
export function isTomlValue(value: unknown): value is TomlValue {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (Array.isArray(value) && value.every(isTomlValue))
  )
}

export function tableHeader(path: readonly string[]): string {
  return `[${path.map(keyText).join('.')}]`
}

export function assignment(path: readonly string[], value: TomlValue): string {
  return `${path.map(keyText).join('.')} = ${valueText(value)}`
}

export function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : valueText(key)
}

export function valueText(value: TomlValue): string {
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return `[${value.map(valueText).join(', ')}]`
  // A JSON string is a TOML basic string, except that TOML requires DEL to be escaped.
  return JSON.stringify(value).replaceAll('\u007f', '\\u007F')
}

/** The line break of a text. */
export function lineBreak(text: string): string {
  return /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n'
}

/** The end of the line that `from` is in, before its line break. */
export function lineEnd(text: string, from: number): number {
  const found = text.slice(from).search(/\r?\n/)
  return found === -1 ? text.length : from + found
}

/** The white space at the start of the line that `at` is in. */
export function indentAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}
