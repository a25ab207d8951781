/** Tables as they are read from a file: plain objects whose keys may be any text. */

/** Whether a value is a table: dates and lists are not. */
export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

/** Sets a key as a property of the table itself, `__proto__` too. */
export function setOwn(table: Record<string, unknown>, key: string | number, value: unknown): void {
  Object.defineProperty(table, key, { value, writable: true, enumerable: true, configurable: true })
}
