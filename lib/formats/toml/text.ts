/** TOML values, keys, table headers and lines as text. */

export type TomlValue = string | boolean | readonly TomlValue[]
export type TomlKeys = Readonly<Record<string, TomlValue>>

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
  // A JSON string is a TOML basic string but for DEL, which TOML wants escaped.
  return JSON.stringify(value).replaceAll('\u007f', '\\u007F')
}

/** The line break that a text is written with. */
export function lineBreak(text: string): string {
  return /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n'
}

/** Where the line ends that `from` lies in, before its line break. */
export function lineEnd(text: string, from: number): number {
  const found = text.slice(from).search(/\r?\n/)
  return found === -1 ? text.length : from + found
}

/** The white space that the line of `at` begins with. */
export function indentAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}
