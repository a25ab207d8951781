/** What to write instead, where a value of another kind is a usual slip. Pure. */

/** The hint for a value in the place of one of this type of the schema. */
export function typeHint(type: unknown, value: unknown): string | undefined {
  if (type === 'object' && value === null) return 'indent what belongs to it, or write {}'
  if (typeof value !== 'string') return undefined
  if (type === 'array') return value.startsWith('-') ? 'put a space after each "-"' : 'put it in [ ]'
  const meant = type === 'boolean' ? BOOLEANS.get(value.toLowerCase()) : undefined
  return meant && `write ${meant}, without quotes`
}

/** YAML 1.1 read most of these as booleans; to YAML 1.2 they are texts. */
const BOOLEANS = new Map([
  ...['no', 'off', 'n', 'false'].map(word => [word, 'false'] as const),
  ...['yes', 'on', 'y', 'true'].map(word => [word, 'true'] as const),
])
