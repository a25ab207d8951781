/** JSON of strangers. Pure. */

/** As values go, an image index of a thousand entries; `{},{},…` is twenty times its size once it is read. */
const MOST_VALUES = 10_000

/** The object or array; undefined where it is neither, or nothing that could be read without harm. */
export function parseJson(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  if (valuesIn(bytes) > MOST_VALUES) return undefined
  try {
    const value = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** No fewer than there are: each follows a comma, or begins an array or object. */
function valuesIn(bytes: Buffer): number {
  let values = 0
  for (const byte of bytes) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) values += 1
  return values
}
