/** config.toml files of nodes: every version, every way to write a table, with and without config_path. */
import fc from 'fast-check'

/** The CRI plugin that holds the registry table, by version of the file. */
const CRI: Readonly<Record<number, string>> = {
  1: 'cri',
  2: 'io.containerd.grpc.v1.cri',
  3: 'io.containerd.cri.v1.images',
  4: 'io.containerd.cri.v1.images',
}

/** The directories that `config_path` names on these nodes. */
export const HOSTS_DIRS = ['/etc/containerd/certs.d', '/etc/containers/hosts.d'] as const

const configPath = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: fc.constantFrom('', ...HOSTS_DIRS) },
  { weight: 1, arbitrary: fc.constantFrom(`${HOSTS_DIRS[0]}/`, '/etc/containerd//certs.d', 'certs.d') },
  { weight: 1, arbitrary: fc.constant(`${HOSTS_DIRS[0]}:/etc/docker/certs.d`) },
)

const quoted = fc.constantFrom<(text: string) => string>(
  text => `"${text}"`,
  text => `'${text}'`,
  text => `"""${text}"""`,
  text => `"${text.replaceAll('/', '\\u002f')}"`,
)

/** Lines of the registry table besides config_path. containerd accepts the first four beside it. */
const BESIDE = [
  ['headers.X-Node = ["a"]'],
  ['mirrors = {}'],
  ['configs."r.example".auth = { username = "u", password = "secret" }'],
  ['# config_path = "/not/this"'],
  ['mirrors."docker.io".endpoint = ["https://old.example"]'],
  ['configs."r.example".tls.ca_file = "/ca.pem"'],
  ['mirrors."*" = {}'],
  ['configs."r.example".tls = {}'],
  ['configs."r.example" = { TLS = {} }'],
  ['auths."10.0.0.1:5000" = {}'],
  ['headers.X-Node = "a"'],
]
const beside = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  { weight: 4, arbitrary: fc.constantFrom(...BESIDE.slice(0, 4)) },
  { weight: 1, arbitrary: fc.constantFrom(...BESIDE) },
)

interface Parts {
  readonly version: number | undefined
  readonly plugin: string
  readonly value: string | undefined
  readonly lines: readonly string[]
}

type Style = (parts: Parts) => { readonly top?: string; readonly table?: string }

const STYLES: readonly Style[] = [
  ({ plugin, value, lines }) => ({ table: tables(`"${plugin}"`, [...assigned(value), ...lines]) }),
  ({ plugin, value, lines }) => ({ table: tables(`'${plugin}'`, [...lines, ...assigned(value)]) }),
  ({ plugin, value, lines }) => ({
    table: `[ plugins . "${plugin}" ]\n${[...assigned(value), ...lines].map(line => below(line)).join('')}sandbox_image = "pause"\n`,
  }),
  ({ plugin, value }) => ({
    table: `[plugins."${plugin}"]\n  registry = {${assigned(value).join('')}} # inline\n`,
  }),
  ({ plugin, value, lines }) => ({
    top: [...assigned(value), ...lines].map(line => below(line, `plugins."${plugin}".`)).join(''),
  }),
  ({ plugin, value }) => ({
    top: `plugins = { '${plugin}' = { sandbox_image = "pause", registry = {${assigned(value).join('')}} } }\n`,
  }),
  ({ plugin }) => ({ table: `[plugins."${plugin}"]\n\tsandbox_image = "pause"` }),
  () => ({}),
]

function assigned(value: string | undefined): string[] {
  return value === undefined ? [] : [`config_path = ${value}`]
}

function below(line: string, above = ''): string {
  return line.startsWith('#') ? `${line}\n` : `${above}registry.${line}\n`
}

function tables(plugin: string, lines: readonly string[]): string {
  const registry = [`  [plugins.${plugin}.registry] # mirrors`, ...lines.map(line => `    ${line}`)]
  return [`[plugins.${plugin}]`, '  sandbox_image = "pause:3.10"', '', ...registry, ''].join('\n')
}

/** Other tables, some of which look like the registry table. */
const OTHERS = [
  '[grpc]\n  address = "/run/containerd/containerd.sock"\n  uid = 0\n',
  '# Ünïcode, "quotes" and [plugins] in a comment\n[debug]\n  level = \'info\'   \n',
  '[plugins."io.containerd.internal.v1.opt"]\n\n  path = "/opt/containerd"\n',
  '[plugins."io.containerd.transfer.v1.local"]\n  config_path = "/not/this/one"\n',
  '[proxy_plugins.x]\n  type = "snapshot"\n  address = """\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/no"\n"""\n',
  '[timeouts]\n  "io.containerd.timeout.bolt.open" = "0s"\n',
]
const SHORT_ONLY = /^\[plugins/

const tops = fc.subarray([
  '# written by hand\n',
  'root = "/var/lib/containerd"\n',
  'oom_score = -999 # never\n',
  "state = '/run/containerd'\n\n",
])

export interface Shape {
  /** Undefined: the file has none. */
  readonly version: number | undefined
  readonly imports?: readonly string[]
}

/** A config.toml of that version; sometimes with the table of another version. */
export function configs({ version, imports }: Shape): fc.Arbitrary<string> {
  const own = CRI[version ?? 1] ?? 'io.containerd.grpc.v1.cri'
  return fc
    .record({
      plugin: fc.oneof(
        { weight: 9, arbitrary: fc.constant(own) },
        { weight: 1, arbitrary: fc.constantFrom(CRI[2], CRI[3]) },
      ),
      style: fc.constantFrom(...STYLES),
      path: configPath,
      quote: quoted,
      lines: beside,
      tops,
      others: fc.shuffledSubarray(
        OTHERS.filter(text => own !== 'cri' || !SHORT_ONLY.test(text)),
        { maxLength: 3 },
      ),
      disabled: fc.oneof(
        { weight: 6, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.constantFrom(['io.containerd.grpc.v1.cri'], ['cri'], ['aufs']) },
      ),
      ending: fc.constantFrom<(text: string) => string>(
        text => text,
        text => text,
        text => text.replaceAll('\n', '\r\n'),
        text => text.trimEnd(),
        text => `${text}\n\n`,
      ),
    })
    .map(({ plugin = own, style, path, quote, lines, tops, others, disabled, ending }) => {
      const { top = '', table = '' } = style({
        version,
        plugin,
        value: path === undefined ? undefined : quote(path),
        lines,
      })
      const head = [
        ...tops,
        version === undefined ? '' : `version = ${version}\n`,
        imports === undefined ? '' : `imports = ${JSON.stringify(imports)}\n`,
        disabled.length === 0 ? '' : `disabled_plugins = ${JSON.stringify(disabled)}\n`,
        top,
      ]
      const [first = '', ...rest] = others
      return ending([...head, first, table, ...rest].map(newlined).join(''))
    })
}

function newlined(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
