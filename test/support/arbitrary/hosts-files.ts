/** Texts of hosts.toml as people and programs write them, valid or not, in every form that TOML has for them. */
import fc from 'fast-check'

export interface Style {
  /** Addresses of hosts and servers. */
  readonly urls: readonly string[]
  /** Also what few people write: odd addresses, values of wrong types, keys in capitals, a byte order mark. */
  readonly wild: boolean
}

/** Addresses that mean what they say. */
export const PLAIN_URLS: readonly string[] = [
  ...[
    'https://a.example',
    'https://a.example/',
    'http://b.example:5000',
    'https://c.example/v2',
    'plain.example',
  ],
  ...[
    'http://b.example',
    'http://b.example:80',
    'https://a.example/v2/project',
    'http://b.example/x/../y/v2/',
  ],
]

const ODD_URLS = [
  ...[
    'HTTPS://Upper.Example',
    'ftp://c.example',
    'http://u:p@b.example/a?x=1#y',
    'https://',
    'httpd',
    'http:x',
  ],
  ...['', 'http://[::1]:5000', 'http://b.example:port', 'http://b example', 'https://b.example/%41%2f'],
  ...['127.0.0.1:5000'],
]

type Pair = readonly [key: string, value: string]

/** The values of each key: those that containerd reads, and those that it refuses or reads in an odd way. */
const VALUES: Readonly<Record<string, readonly [good: readonly string[], odd: readonly string[]]>> = {
  capabilities: [
    ['["pull"]', '["pull", "resolve"]', '["push"]', '[]', '[\n  "resolve",\n]'],
    [
      '[\n  "resolve", # c\n]',
      '["PULL","Push"]',
      '"pull"',
      '["pul"]',
      '["referrers"]',
      '[1]',
      '[["pull"]]',
      '{}',
    ],
  ],
  skip_verify: [
    ['true', 'false'],
    ['"true"', '1', '[]'],
  ],
  override_path: [
    ['true', 'false'],
    ['"yes"', '0', '{}'],
  ],
  header: [
    ['{}', '{ X-A = "1" }', '{ X-A = ["1", "2"], "x-b" = "3" }', '{ Authorization = "Basic eDp5" }'],
    ['{ X-A = 1 }', '"X-A: 1"', '{ X-A = [1] }', '[]', '{ X-A = {} }'],
  ],
  dial_timeout: [
    ['"2s"', '"1m0.5s"', '"30s"'],
    ['"2"', '2', '""', '"-1s"', '"0"', '"9999999999h"', '"1.s"', '[]'],
  ],
  unknown: [['1', '"x"', '{ a = [1] }'], []],
}
const CERTIFICATES: typeof VALUES = {
  ca: [
    ['"ca.pem"', '["ca.pem", "/etc/x.pem"]', '[]'],
    ['1', '[["ca.pem"]]', '{}', '[1]'],
  ],
  client: [
    ['"c.pem"', '["c.pem"]', '[["c.pem", "k.pem"]]', '["c.pem", ["d.pem", "/k.pem"]]', '[]'],
    ['1', '[["c.pem"]]', '[[]]', '{}', '[1]', '[["a", "b", "c"]]'],
  ],
}

function pairs({ wild }: Style): fc.Arbitrary<readonly Pair[]> {
  const values = wild ? { ...VALUES, ...CERTIFICATES } : VALUES
  const pair = (key: string) => {
    const [good, odd] = values[key] ?? [[], []]
    const chosen = fc.constantFrom(...good)
    const any =
      wild && odd.length > 0
        ? fc.oneof({ weight: 8, arbitrary: chosen }, { weight: 1, arbitrary: fc.constantFrom(...odd) })
        : chosen
    return any.map(value => [key, value] as const)
  }
  const some = fc.subarray(Object.keys(values), { maxLength: 4 }).chain(keys => fc.tuple(...keys.map(pair)))
  const spelled = wild ? fc.constantFrom(...Array.from({ length: 12 }, () => 0), 1, 2) : fc.constant(0)
  return fc
    .tuple(some, spelled)
    .map(([list, how]) => list.map(([key, value]) => [SPELLINGS[how]?.(key) ?? key, value]))
}

const SPELLINGS = [
  (key: string) => key,
  (key: string) => key.toUpperCase(),
  (key: string) => key.charAt(0).toUpperCase() + key.slice(1),
]

interface Host {
  readonly url: string
  readonly form: 'header' | 'dotted' | 'inline' | 'apart' | 'only header'
  readonly quote: '"' | "'"
  readonly pairs: readonly Pair[]
}

function hosts(style: Style): fc.Arbitrary<readonly Host[]> {
  const forms = ['header', 'header', 'header', 'header', 'dotted', 'inline', 'apart', 'only header'] as const
  const host = fc.record({
    url: fc.constantFrom(...addresses(style)),
    form: fc.constantFrom(...forms),
    quote: fc.constantFrom('"' as const, '"' as const, "'" as const),
    pairs: pairs(style),
  })
  const any = fc.uniqueArray(host, { maxLength: 4, selector: ({ url }) => url })
  // Files in one form throughout are what people have.
  return fc.oneof(
    any.map(list => list.map(one => ({ ...one, form: 'header' as const }))),
    any,
  )
}

function addresses({ urls, wild }: Style): readonly string[] {
  return wild ? [...urls, ...urls, ...ODD_URLS] : urls
}

const lines = (list: readonly Pair[], prefix = '') => list.map(([key, value]) => `${prefix}${key} = ${value}`)
const inline = (list: readonly Pair[]) => `{ ${list.map(pair => lines([pair])).join(', ')} }`

/** The tables of a host; `later` stands behind the tables of all others. */
function tablesOf({ url, form, quote, pairs }: Host): { now: readonly string[]; later: readonly string[] } {
  const name = `host.${quote}${url}${quote}`
  const isHeader = ([key]: Pair) => /^header$/i.test(key)
  const keys = pairs.filter(pair => !isHeader(pair))
  const headers = pairs.some(isHeader) ? [`[${name}.header]`, 'X-Apart = "1"'] : []
  if (form === 'header') return { now: [`[${name}]`, ...lines(pairs)], later: [] }
  if (form === 'apart') return { now: [`[${name}]`, ...lines(keys)], later: headers }
  return { now: form === 'only header' ? [`[${name}.header]`, 'X-Only = "1"'] : [], later: [] }
}

function textOf(root: readonly Pair[], list: readonly Host[], bare: boolean): string {
  const of = (form: Host['form']) => list.filter(host => host.form === form)
  const dotted = of('dotted').flatMap(({ url, quote, pairs }) => lines(pairs, `host.${quote}${url}${quote}.`))
  // A table that dotted keys have made has no header.
  const inlines = of('inline').map(({ url, quote, pairs }) => `${quote}${url}${quote} = ${inline(pairs)}`)
  const head = dotted.length === 0 && (bare || inlines.length > 0) ? ['[host]', ...inlines] : []
  const tables = list.map(tablesOf)
  const behind = tables.flatMap(({ later }) => later)
  return [...lines(root), ...dotted, ...head, ...tables.flatMap(({ now }) => now), ...behind, ''].join('\n')
}

/** A whole file. */
export function hostsFiles(style: Style): fc.Arbitrary<string> {
  const server = fc.option(fc.constantFrom(...addresses(style)), { freq: 2 })
  const mark = style.wild ? fc.nat(30) : fc.constant(1)
  return fc
    .record({ server, root: pairs(style), list: hosts(style), bare: fc.boolean(), crlf: fc.boolean(), mark })
    .map(({ server, root, list, bare, crlf, mark }) => {
      const first: Pair[] = server === null ? [] : [['server', JSON.stringify(server)]]
      const text = textOf([...first, ...root], list, bare)
      return (mark === 0 ? '\ufeff' : '') + (crlf ? text.replaceAll('\n', '\r\n') : text)
    })
}
