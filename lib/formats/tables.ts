/** Values read from a file. */

/** Whether a value is a table: dates and lists are not. */
export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
