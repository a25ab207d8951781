/** JSON from untrusted servers. Pure. */

/** Values of an image index with a thousand entries. Text such as `{},{},…` takes twenty times its size once parsed. */
const MAX_VALUES = 10_000

/** The object or array; undefined if it is something else, invalid, or too costly to parse. */
export function parseJson(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  if (countValues(bytes) > MAX_VALUES) return undefined
  try {
    const value = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** Never too few: every value follows a comma, or the start of an array or object. */
function countValues(bytes: Buffer): number {
  let values = 0
  for (const byte of bytes) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) values += 1
  return values
}
