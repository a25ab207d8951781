/** Challenges in WWW-Authenticate, as containerd reads them (core/remotes/docker/auth/parse.go@v2.1.4). Pure. */

/** In the order in which containerd prefers them. */
const SCHEMES = ['bearer', 'digest', 'basic'] as const

export interface Challenge {
  readonly scheme: (typeof SCHEMES)[number]
  /** Names in lower case. */
  readonly params: ReadonlyMap<string, string>
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const SCHEME = new RegExp(`^${TOKEN}`)
/** A value without its second quote is empty. Nothing is read after it, nor after a value without a comma. */
const PARAM = new RegExp(
  `[ \\t\\r\\n]*(${TOKEN})=(?:"([^"\\\\]*(?:\\\\[\\s\\S][^"\\\\]*)*)"|"[\\s\\S]*|(${TOKEN})?)[ \\t\\r\\n]*(,?)`,
  'y',
)

/** The first challenge of each line: containerd does not read the others. */
export function parseChallenges(lines: readonly string[]): readonly Challenge[] {
  return lines.flatMap(parseLine).toSorted((a, b) => SCHEMES.indexOf(a.scheme) - SCHEMES.indexOf(b.scheme))
}

function parseLine(line: string): readonly Challenge[] {
  const [name = ''] = SCHEME.exec(line) ?? []
  const scheme = SCHEMES.find(known => known === name.toLowerCase())
  return scheme === undefined ? [] : [{ scheme, params: parseParams(line, name.length) }]
}

function parseParams(line: string, start: number): ReadonlyMap<string, string> {
  const params = new Map<string, string>()
  PARAM.lastIndex = start
  for (let more = true; more; ) {
    const [, name, quoted, plain, comma] = PARAM.exec(line) ?? []
    if (name !== undefined)
      params.set(name.toLowerCase(), quoted?.replace(/\\([\s\S])/g, '$1') ?? plain ?? '')
    more = comma === ','
  }
  return params
}
