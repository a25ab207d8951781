/** What a registry wants to see before it answers: WWW-Authenticate, RFC 9110 11.6.1. Pure. */

export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string
  /** Names in lower case. */
  readonly params: Readonly<Record<string, string>>
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
// One class for all that may stand between: `\s*,?\s*` takes minutes to see that 60 KiB of blanks lead to nothing.
const PARAM = new RegExp(`^[\\s,]*(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`)
const SCHEME = new RegExp(`^[\\s,]*(${TOKEN})(?=\\s|,|$)`)

/** The challenges of the header's values, in their order; what cannot be read ends its value. */
export function challengesOf(values: readonly string[]): readonly Challenge[] {
  return values.flatMap(readAll)
}

function readAll(value: string): Challenge[] {
  const found: Challenge[] = []
  for (let rest = value; ; ) {
    const scheme = SCHEME.exec(rest)
    if (scheme === null) return found
    const { params, left } = readParams(rest.slice(scheme[0].length))
    found.push({ scheme: (scheme[1] as string).toLowerCase(), params })
    rest = left
  }
}

function readParams(text: string): { params: Record<string, string>; left: string } {
  const params: Record<string, string> = Object.create(null)
  let left = text
  for (let param = PARAM.exec(left); param !== null; param = PARAM.exec(left)) {
    const [all, name = '', quoted, plain = ''] = param
    params[name.toLowerCase()] ??= quoted?.replace(/\\(.)/g, '$1') ?? plain
    left = left.slice(all.length)
  }
  return { params, left }
}
