/** The kind of a value in words that fit TOML, YAML and JSON. Pure. */
export function valueKind(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Date) return 'a date'
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'string' ? 'a string' : 'a table'
}
