/** What to write instead of a value of another kind, where the mistake is a common one. Pure. */

/** `type`: the type in the schema. */
export function typeHint(type: unknown, value: unknown): string | undefined {
  if (type === 'object' && value === null) return 'indent what belongs to it, or write {}'
  if (typeof value !== 'string') return undefined
  if (type === 'array') return value.startsWith('-') ? 'put a space after each "-"' : 'put it in [ ]'
  const meant = type === 'boolean' ? BOOLEANS.get(value.toLowerCase()) : undefined
  return meant && `write ${meant}, without quotes`
}

/** YAML 1.1 reads these as booleans, YAML 1.2 as strings. */
const BOOLEANS = new Map([
  ...['no', 'off', 'n', 'false'].map(word => [word, 'false'] as const),
  ...['yes', 'on', 'y', 'true'].map(word => [word, 'true'] as const),
])
