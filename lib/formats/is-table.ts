/** Tables as they are read from a file: plain objects whose keys may be any text. */

export type Table = Record<string, unknown>

/** Whether a value is a table: dates and lists are not. */
export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

/** Sets a key as a property of the table itself, `__proto__` too. */
export function setOwn(table: Table, key: string | number, value: unknown): void {
  Object.defineProperty(table, key, { value, writable: true, enumerable: true, configurable: true })
}

/** Sets the value at a path; tables on the way that are not there are made. */
export function setAt(root: Table, [key, ...rest]: readonly string[], value: unknown): void {
  if (key === undefined) return
  const below = Object.hasOwn(root, key) && isTable(root[key]) ? root[key] : {}
  setOwn(root, key, rest.length === 0 ? value : below)
  setAt(below, rest, value)
}
