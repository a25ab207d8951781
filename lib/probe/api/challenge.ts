/** Challenges in WWW-Authenticate, RFC 9110 11.6.1. Pure. */

export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string
  /** Names in lower case. */
  readonly params: Readonly<Record<string, string>>
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
// One class for all separators: `\s*,?\s*` takes minutes to fail on 60 KiB of blanks.
const PARAM = new RegExp(`^[\\s,]*(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`)
const SCHEME = new RegExp(`^[\\s,]*(${TOKEN})(?=\\s|,|$)`)

/** The challenges in the values of the header, in their order; invalid text ends its value. */
export function parseChallenges(values: readonly string[]): readonly Challenge[] {
  return values.flatMap(parseValue)
}

function parseValue(value: string): Challenge[] {
  const found: Challenge[] = []
  for (let rest = value; ; ) {
    const scheme = SCHEME.exec(rest)
    if (scheme === null) return found
    const { params, left } = parseParams(rest.slice(scheme[0].length))
    found.push({ scheme: (scheme[1] as string).toLowerCase(), params })
    rest = left
  }
}

function parseParams(text: string): { params: Record<string, string>; left: string } {
  const params: Record<string, string> = Object.create(null)
  let left = text
  for (let param = PARAM.exec(left); param !== null; param = PARAM.exec(left)) {
    const [all, name = '', quoted, plain = ''] = param
    params[name.toLowerCase()] ??= quoted?.replace(/\\(.)/g, '$1') ?? plain
    left = left.slice(all.length)
  }
  return { params, left }
}
