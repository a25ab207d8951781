/** config.toml files that containerd accepts or refuses, in every notation of TOML. */

/** A file of one version, with its drop-in. */
export interface ConfigCase {
  readonly title: string
  readonly version: number
  readonly config: string
  readonly dropIn?: string
  /** Why regmirror refuses it, although this containerd accepts it. */
  readonly strict?: string
}

export const HOSTS_DIR = '/etc/containerd/certs.d'
const CONFIG_PATH = `config_path = "${HOSTS_DIR}"`

/** The plugin with the registry table, by version of the file. */
const PLUGIN: Readonly<Record<number, string>> = {
  1: 'cri',
  2: 'io.containerd.grpc.v1.cri',
  3: 'io.containerd.cri.v1.images',
}

/** Keys of the registry table besides config_path: the path, and the inline value. */
const BESIDE: readonly (readonly [path: readonly string[], value: string])[] = [
  [['mirrors'], '{}'],
  [['mirrors', 'x.test'], '{}'],
  [['mirrors', '*'], '{}'],
  [['mirrors', 'x.test'], '{ endpoint = [] }'],
  [['mirrors', 'x.test'], '{ endpoint = "https://x.test" }'],
  [['mirrors', 'x.test'], '"https://x.test"'],
  [['mirrors'], '[]'],
  [['MIRRORS', 'x.test'], '{}'],
  [['Mirrors', 'x.test'], '{}'],
  [['configs'], '{}'],
  [['configs', 'x.test'], '{}'],
  [['configs', 'x.test', 'tls'], '{}'],
  [['configs', 'x.test', 'tls'], '{ insecure_skip_verify = true }'],
  [['configs', 'x.test', 'tls'], '{ insecure_skip_verify = "yes" }'],
  [['configs', 'x.test', 'tls'], 'true'],
  [['configs', 'x.test', 'TLS'], '{}'],
  [['configs', 'x.test', 'Tls'], '{}'],
  [['CONFIGS', 'x.test', 'tls'], '{}'],
  [['configs', 'x.test', 'auth'], '{}'],
  [['configs', 'x.test', 'auth'], '{ username = "u", password = "p" }'],
  [['configs', 'x.test', 'auth'], '"u:p"'],
  [['configs', 'x.test'], '[]'],
  [['auths', 'https://x.test'], '{ username = "u" }'],
  [['auths', 'x.test:5000'], '{}'],
  [['auths', '10.0.0.1:5000'], '{}'],
  [['auths', 'https://x y'], '{}'],
  [['auths', 'https://x.test'], '{ username = 1 }'],
  [['headers', 'X-Node'], '["a"]'],
  [['headers', 'X-Node'], '"a"'],
  [['future'], '1'],
]

type Spelling = (plugin: string, path: readonly string[], value: string) => string

const dotted = (path: readonly string[]) => path.map(key => JSON.stringify(key)).join('.')
const registry = (plugin: string) => `[plugins."${plugin}".registry]\n${CONFIG_PATH}\n`

const SPELLINGS: Readonly<Record<string, Spelling>> = {
  dotted: (plugin, path, value) => `${registry(plugin)}${dotted(path)} = ${value}\n`,
  table: (plugin, path, value) => {
    const [, body] = /^\{(.*)\}$/.exec(value) ?? []
    const above = ['plugins', plugin, 'registry', ...path]
    const table = `[${dotted(above)}]\n${body?.trim().replaceAll(', ', '\n')}\n`
    const key = `[${dotted(above.slice(0, -1))}]\n${dotted(path.slice(-1))} = ${value}\n`
    if (body !== undefined) return registry(plugin) + table
    return path.length === 1 ? `${registry(plugin)}${dotted(path)} = ${value}\n` : registry(plugin) + key
  },
  inline: (plugin, path, value) => {
    const nested = path.toReversed().reduce((inner, key) => `{ ${JSON.stringify(key)} = ${inner} }`, value)
    return `[plugins."${plugin}"]\nregistry = { ${CONFIG_PATH}, ${nested.slice(2)}\n`
  },
}

/** Every key besides config_path, in every notation. */
function besides(version: number): ConfigCase[] {
  const plugin = PLUGIN[version] ?? ''
  return BESIDE.flatMap(([path, value]) =>
    Object.entries(SPELLINGS).map(([spelling, spell]) => ({
      title: `${dotted(path)} = ${value}, ${spelling}`,
      version,
      config: headOf(version) + spell(plugin, path, value),
    })),
  )
}

function headOf(version: number, ...lines: readonly string[]): string {
  return [...(version === 1 ? [] : [`version = ${version}`]), ...lines, ''].join('\n')
}

/** The same keys in a drop-in, which repeats config_path: on 1.x it replaces the section of the main file. */
function dropIns(version: number): ConfigCase[] {
  const head = headOf(version, 'imports = ["/etc/containerd/drop-in.toml"]')
  return besides(version)
    .filter(({ title }) => title.endsWith(', table'))
    .map(({ title, config }) => ({
      title: `${title}, in a drop-in`,
      version,
      config: head + registry(PLUGIN[version] ?? ''),
      dropIn: config,
    }))
}

/** Lines at the top of a file, and tables of its end. */
const TOPS: readonly (readonly [line: string, strict?: string])[] = [
  ['disabled_plugins = ["cri"]'],
  ['disabled_plugins = ["aufs"]'],
  ['disabled_plugins = ["io.containerd.internal.v1.opt"]'],
  ['disabled_plugins = ["com.example.x.v1"]'],
  ['disabled_plugins = ["io.containerd.x"]'],
  ['disabled_plugins = ["io.containerd.nope.v1.nope"]'],
  ['disabled_plugins = [""]'],
  ['disabled_plugins = "cri"'],
  ['required_plugins = ["cri"]'],
  ['required_plugins = ["io.containerd.grpc.v1.cri"]'],
  ['required_plugins = "cri"'],
  [
    'disabled_plugins = ["io.containerd.internal.v1.opt"]\nrequired_plugins = ["io.containerd.internal.v1.opt"]',
  ],
  ['DISABLED_PLUGINS = []', 'capitals'],
  ['imports = ["/nowhere.toml"]'],
  ['imports = [""]'],
  ['imports = ["/etc/*"]'],
  ['required_plugins = [""]'],
  ['imports = ["/nowhere/*.toml"]'],
  ['imports = ["/nowhere/[*.toml"]'],
  ['imports = "drop-in.toml"'],
  ['oom_score = "none"'],
  ['plugins."com.example.x.v1".x = 18446744073709551616'],
  ['plugins."com.example.x.v1".x = -9223372036854775809'],
  ['plugins."com.example.x.v1".x = 9223372036854775807'],
  ['root = 1'],
  ['grpc = "socket"'],
  ['timeouts."io.containerd.timeout.shim.cleanup" = "soon"'],
  ['timeouts."io.containerd.timeout.shim.cleanup" = "1h2m"'],
  ['proxy_plugins = "x"'],
  ['proxy_plugins.stargz = { type = "snapshot", address = "/run/x.sock" }'],
  ['stream_processors = "x"'],
  ['stream_processors.x = { accepts = ["a"], returns = "b", path = "x" }'],
  ['plugins.short.x = 1'],
  ['plugins."com.example.x.v1".x = 1'],
  ['plugins."io.containerd.internal.v1.opt" = "x"'],
]

function tops(version: number): ConfigCase[] {
  const plugin = PLUGIN[version] ?? ''
  return TOPS.map(([line, strict]) => ({
    title: line.replaceAll('\n', ', '),
    version,
    // After a dotted `plugins` key, a table header may not name it again.
    config: line.startsWith('plugins.')
      ? `${headOf(version, line)}plugins."${plugin}".registry.${CONFIG_PATH}\n`
      : headOf(version, line) + registry(plugin),
    ...(strict && { strict }),
  }))
}

/** Names in a drop-in without a version: 1.x uses the version of the main file, 2.x version 1. */
function namesInDropIns(version: number): ConfigCase[] {
  const head = headOf(version, 'imports = ["/etc/containerd/drop-in.toml"]')
  const names = ['required_plugins = ["cri"]', 'disabled_plugins = ["aufs"]', 'plugins.opt.path = "/opt"']
  return names.flatMap(line =>
    ['', `version = ${version}\n`].map(own => ({
      title: `${own.trim() || 'without version'}, ${line}, in a drop-in`,
      version,
      config: head + registry(PLUGIN[version] ?? ''),
      dropIn: `${version === 1 ? '' : own}${line}\n`,
    })),
  )
}

/** All cases of one version. */
export function configCases(version: number): readonly ConfigCase[] {
  return [...besides(version), ...dropIns(version), ...tops(version), ...namesInDropIns(version)]
}
