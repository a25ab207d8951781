/** Lists that BuildKit can express, and nodes with a buildkitd.toml of any style. */
import fc from 'fast-check'

export interface ListedMirror {
  readonly url: string
  readonly tls: 'none' | 'ca' | 'client' | 'skip'
}

export interface BuildkitCase {
  readonly registries: readonly { readonly name: string; readonly mirrors: readonly ListedMirror[] }[]
  /** Undefined: the node has no buildkitd.toml. */
  readonly text: string | undefined
}

/** Each host is reached in one way: two ways are a conflict. */
const HOSTS: readonly (readonly [origin: string, tls: ListedMirror['tls']])[] = [
  ['https://a.example', 'none'],
  ['https://b.example:5000', 'ca'],
  ['https://c.example', 'client'],
  ['https://d.example:8443', 'skip'],
  ['http://e.example:5000', 'none'],
  ['http://127.0.0.1:5001', 'none'],
  ['https://localhost:5002', 'none'],
  ['https://127.0.0.1:5003', 'skip'],
]

const mirror = fc
  .tuple(fc.constantFrom(...HOSTS), fc.constantFrom('', '', '/v2/hub', '/v2/a/b.c'))
  .map(([[origin, tls], path]): ListedMirror => ({ url: origin + path, tls }))

const registries = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('docker.io', 'quay.io', 'reg.example:5000', 'ghcr.io'),
    mirrors: fc.uniqueArray(mirror, { maxLength: 4, selector: ({ url }) => url }),
  }),
  { minLength: 1, maxLength: 3, selector: ({ name }) => name },
)

/** Parts of a file. Those at the top stand before every table. */
const TOP = [
  'debug = true # noisy',
  'root = "/srv/buildkit"',
  '# registry."docker.io".mirrors = ["commented.example"]',
  'registry."docker.io".mirrors = ["dotted.example"]',
  'registry."e.example:5000".http = false\nregistry."e.example:5000".unknown = 1',
  'registry = { "docker.io" = { mirrors = ["inline.example"], http = true } }',
  'registry."a.example" = { insecure = true }',
]
const TABLES = [
  '[worker.oci]\n  gc = true\n  [[worker.oci.gcpolicy]]\n    keepDuration = 172800',
  '[registry."docker.io"]\n\tmirrors = [\n\t\t"old.example", # why\n\t\t"older.example/x",\n\t]\n\n\tca = ["/etc/own.pem"]',
  "[registry.'a.example']\n# about it\nhttp = true",
  '[ registry . "b.example:5000" ]\n  ca = ["/etc/old.pem"]\n  insecure = true # not verified',
  '[[registry."c.example".keypair]]\nkey = "/k.pem"\ncert = "/c.pem"',
  '[registry."quay.io"]\nmirrors = []',
  '[registry."127.0.0.1:5001"]\nhttp = false',
  '[registry."gcr.io"]\nmirrors = ["a.example", "d.example:8443"]',
  '[log]\nformat = "json"',
]

const text = fc
  .tuple(
    fc.subarray(TOP, { maxLength: 3 }),
    fc.shuffledSubarray(TABLES, { maxLength: 4 }),
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom('\n', '\n\n', ''),
  )
  .map(([top, tables, eol, end]) => ([...top, ...tables].join('\n\n') + end).replaceAll('\n', eol))

export const buildkitCases: fc.Arbitrary<BuildkitCase> = fc.record({
  registries,
  text: fc.option(text, { nil: undefined }),
})

/** The list of a case; its certificates are files of this directory. */
export function buildkitList({ registries }: BuildkitCase, tls: string): string {
  const keys = {
    none: '',
    ca: `, ca = "${tls}/ca.pem"`,
    client: `, client = { cert = "${tls}/client.pem", key = "${tls}/client-key.pem" }`,
    skip: ', skip_verify = true',
  }
  const tables = registries.map(({ name, mirrors }) => {
    const items = mirrors.map(one => `{ url = "${one.url}"${keys[one.tls]} }`)
    return `[registries."${name}"]\nmirrors = [${items.join(', ')}]\n`
  })
  return `version = 1\n${tables.join('')}[targets.buildkit]\n`
}
