/** Texts of hosts.toml as people and programs write them, valid or not, in every form that TOML has for them. */
import fc from 'fast-check'

const URLS = [
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
  ...[
    'HTTPS://Upper.Example',
    'ftp://c.example',
    'http://u:p@b.example/a?x=1#y',
    'https://',
    'httpd',
    'http:x',
    '',
  ],
  ...[
    'http://[::1]:5000',
    'http://b.example:port',
    'http://b example',
    'https://b.example/%41%2f',
    '127.0.0.1:5000',
  ],
]

export interface Style {
  /** More urls, such as those of registries that listen. */
  readonly urls: readonly string[]
  /** Whether only values of the right types are wanted, and no duration that gives up before it begins. */
  readonly tame: boolean
}

type Pair = readonly [key: string, value: string]

function pairs({ tame }: Style): fc.Arbitrary<readonly Pair[]> {
  const mostly = (good: readonly string[], bad: readonly string[]) =>
    tame
      ? fc.constantFrom(...good)
      : fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom(...good) },
          { weight: 1, arbitrary: fc.constantFrom(...bad) },
        )
  const lists = [
    '["pull"]',
    '["pull", "resolve"]',
    '["PULL","Push"]',
    '[]',
    '["push"]',
    '[\n  "resolve", # c\n]',
  ]
  const keys: Readonly<Record<string, fc.Arbitrary<string>>> = {
    capabilities: mostly(lists, ['"pull"', '["pul"]', '["referrers"]', '[1]', '[["pull"]]', '{}']),
    skip_verify: mostly(['true', 'false'], ['"true"', '1', '[]']),
    override_path: mostly(['true', 'false'], ['"yes"', '0', '{}']),
    header: mostly(
      ['{}', '{ X-A = "1" }', '{ X-A = ["1", "2"], "x-b" = "3" }', '{ Authorization = "Basic eDp5" }'],
      ['{ X-A = 1 }', '"X-A: 1"', '{ X-A = [1] }', '[]', '{ X-A = {} }'],
    ),
    ...(!tame && {
      ca: mostly(['"ca.pem"', '["ca.pem", "/etc/x.pem"]', '[]'], ['1', '[["ca.pem"]]', '{}', '[1]']),
      client: mostly(
        ['"c.pem"', '["c.pem"]', '[["c.pem", "k.pem"]]', '["c.pem", ["d.pem", "/k.pem"]]', '[]'],
        ['1', '[["c.pem"]]', '[[]]', '{}', '[1]', '[["a", "b", "c"]]'],
      ),
    }),
    dial_timeout: mostly(
      ['"2s"', '"1m0.5s"', '"30s"'],
      ['"2"', '2', '""', '"-1s"', '"0"', '"9999999999h"', '"1.s"', '[]'],
    ),
    unknown: fc.constantFrom('1', '"x"', '{ a = [1] }'),
  }
  const chosen = fc.subarray(Object.keys(keys), { maxLength: 4 })
  const values = chosen.chain(names =>
    fc.tuple(...names.map(name => (keys[name] as fc.Arbitrary<string>).map(value => [name, value] as const))),
  )
  const spelled = fc.constantFrom(...Array.from({ length: 12 }, () => 0), 1, 2)
  return fc
    .tuple(values, spelled)
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
    url:
      style.urls.length > 0
        ? fc.oneof(fc.constantFrom(...style.urls), fc.constantFrom(...URLS))
        : fc.constantFrom(...URLS),
    form: fc.constantFrom(...forms),
    quote: fc.constantFrom('"' as const, '"' as const, "'" as const),
    pairs: pairs(style),
  })
  // Files in one form throughout are what people have.
  const plain = fc
    .array(host, { maxLength: 4 })
    .map(list => list.map(one => ({ ...one, form: 'header' as const })))
  return fc.oneof(plain, fc.array(host, { maxLength: 4 }))
}

const lines = (list: readonly Pair[], prefix = '') => list.map(([key, value]) => `${prefix}${key} = ${value}`)
const inline = (list: readonly Pair[]) => `{ ${list.map(pair => lines([pair])).join(', ')} }`

/** The tables of a host; `later` stands behind the tables of all others. */
function tablesOf({ url, form, quote, pairs }: Host): { now: readonly string[]; later: readonly string[] } {
  const name = `host.${quote}${url}${quote}`
  const isHeader = ([key]: Pair) => /^header$/i.test(key)
  const keys = pairs.filter(pair => !isHeader(pair))
  const headers = pairs.filter(isHeader).length > 0 ? [`[${name}.header]`, 'X-Apart = "1"'] : []
  if (form === 'header') return { now: [`[${name}]`, ...lines(pairs)], later: [] }
  if (form === 'apart') return { now: [`[${name}]`, ...lines(keys)], later: headers }
  return form === 'only header'
    ? { now: [`[${name}.header]`, 'X-Only = "1"'], later: [] }
    : { now: [], later: [] }
}

function textOf(root: readonly Pair[], list: readonly Host[], bare: boolean): string {
  const of = (form: Host['form']) => list.filter(host => host.form === form)
  const dotted = of('dotted').flatMap(({ url, quote, pairs }) => lines(pairs, `host.${quote}${url}${quote}.`))
  const inlines = of('inline').map(({ url, quote, pairs }) => `${quote}${url}${quote} = ${inline(pairs)}`)
  const tables = list.map(tablesOf)
  // A table that dotted keys have made has no header.
  const head = (bare && dotted.length === 0) || inlines.length > 0 ? ['[host]', ...inlines] : []
  return [
    ...lines(root),
    ...dotted,
    ...head,
    ...tables.flatMap(({ now }) => now),
    ...tables.flatMap(({ later }) => later),
    '',
  ].join('\n')
}

/** A whole file; most of them can be read by some containerd. */
export function hostsFiles(style: Style): fc.Arbitrary<string> {
  const server = fc.option(fc.constantFrom(...URLS, ...style.urls), { freq: 2 })
  return fc
    .record({
      server,
      root: pairs(style),
      hosts: hosts(style),
      bare: fc.boolean(),
      crlf: fc.boolean(),
      mark: fc.nat(30),
    })
    .map(({ server, root, hosts, bare, crlf, mark }) => {
      const of: Pair[] = server === null ? [] : [['server', JSON.stringify(server)]]
      const text = textOf([...of, ...root], hosts, bare)
      return (mark === 0 ? '\ufeff' : '') + (crlf ? text.replaceAll('\n', '\r\n') : text)
    })
}
