/**
 * What a real buildkitd would do with a buildkitd.toml: an oracle of its own, after cmd/buildkitd/config/config.go,
 * util/resolver/resolver.go and utils.go of BuildKit v0.32.2. It shares no code with lib.
 */
import TOML from '@iarna/toml'

interface Table {
  readonly [key: string]: unknown
}

export interface Contacted {
  readonly url: string
  /** With both switches, https is tried first, then this. */
  readonly plainUrl?: string
  readonly skipVerify: boolean
  readonly ca: readonly string[]
  readonly pairs: readonly (readonly [cert: string, key: string])[]
}

/** Whether buildkitd starts with it. */
export function isAccepted(text: string): boolean {
  try {
    registriesOf(text)
    return true
  } catch {
    return false
  }
}

/** The endpoints of a registry, in order; throws where buildkitd does not start. */
export function contactedBy(text: string, registry: string): readonly Contacted[] {
  const registries = registriesOf(text)
  const config = registries.get(registry)
  const server = registry === 'docker.io' ? 'registry-1.docker.io' : registry
  if (config === undefined) {
    return [
      { url: `${isLocal(server) ? 'http' : 'https'}://${server}/v2`, skipVerify: false, ca: [], pairs: [] },
    ]
  }
  const mirrors = strings(config.mirrors).map(raw => {
    const [host, path] = hostAndPath(raw)
    return endpoint(host, `/v2${path}`, registries.get(host) ?? {})
  })
  return [...mirrors, endpoint(server, '/v2', config)]
}

function endpoint(host: string, path: string, config: Table): Contacted {
  const isHttp = config.http === undefined ? isLocal(host) : config.http === true
  const insecure = config.insecure === true
  const pairs = (config.keypair as readonly Table[] | undefined) ?? []
  const tls = {
    ca: strings(config.ca),
    pairs: pairs.map(({ cert, key }) => [String(cert), String(key)] as const),
  }
  const url = (scheme: string) => `${scheme}://${host}${path}`
  if (insecure)
    return { url: url('https'), ...(isHttp && { plainUrl: url('http') }), skipVerify: true, ...tls }
  if (isHttp) return { url: url('http'), skipVerify: false, ca: [], pairs: [] }
  return { url: url('https'), skipVerify: false, ...tls }
}

/** url.Parse, then again behind `//` where that found no host. */
function hostAndPath(raw: string): readonly [host: string, path: string] {
  const rest = /^[a-z][a-z0-9+.-]*:\/\/./i.test(raw) ? raw.replace(/^[^:]*:\/\//, '') : raw
  const at = rest.indexOf('/')
  return at === -1 ? [rest, ''] : [rest.slice(0, at), rest.slice(at).replace(/\/+$/, '')]
}

function isLocal(host: string): boolean {
  const name = host.replace(/:\d+$/, '')
  return ['localhost', '[::1]', '::1'].includes(name) || /^127\.\d+\.\d+\.\d+$/.test(name)
}

function strings(value: unknown): readonly string[] {
  return (value as readonly string[] | undefined) ?? []
}

/** The tables by the names of hosts, with the keys that the decoder knows, in whatever case they are written. */
function registriesOf(text: string): ReadonlyMap<string, Table> {
  // @iarna/toml reads no CR behind a comment.
  const file = TOML.parse(text.replaceAll('\r\n', '\n')) as Table
  if (!fits(file, FILE)) throw new Error('a value has another type')
  const tables = Object.entries(file).filter(([key]) => key.toLowerCase() === 'registry')
  return new Map(
    tables.flatMap(([, table]) =>
      Object.entries(table as Table).map(([host, keys]) => [host, lowerCased(keys as Table)] as const),
    ),
  )
}

function lowerCased(table: Table): Table {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key.toLowerCase(), value]))
}

/** A Go type: `s`tring, `b`ool, `i`nt, `d`uration or disk space, `*` anything, `[t]` a slice, `{}` a map, or a struct. */
type Type =
  | string
  | readonly [Type]
  | { readonly map: Type }
  | { readonly struct: Readonly<Record<string, Type>> }

const PAIR: Type = { struct: { key: 's', cert: 's' } }
const REGISTRY: Type = {
  struct: { mirrors: ['s'], http: 'b', insecure: 'b', ca: ['s'], keypair: [PAIR], tlsconfigdir: ['s'] },
}
const GC: Type = {
  struct: {
    ...{ all: 'b', filters: ['s'], keepduration: 'd', keepbytes: 'd', reservedspace: 'd', maxusedspace: 'd' },
    minfreespace: 'd',
  },
}
const WORKER: Readonly<Record<string, Type>> = {
  ...{ enabled: 'b', labels: { map: 's' }, platforms: ['s'], snapshotter: 's', gc: 'b', gcpolicy: [GC] },
  ...{ reservedspace: 'd', maxusedspace: 'd', minfreespace: 'd', gckeepstorage: 'd', networkmode: 's' },
  ...{ 'max-parallelism': 'i', cnipoolsize: 'i', rootless: 'b', 'apparmor-profile': 's' },
}
const FILE: Type = {
  struct: {
    ...{ debug: 'b', trace: 'b', root: 's', 'insecure-entitlements': ['s'], registry: { map: REGISTRY } },
    log: { struct: { format: 's', level: 's' } },
    grpc: { struct: { address: ['s'], debugaddress: 's', uid: 'i', gid: 'i' } },
    worker: { struct: { oci: { struct: WORKER }, containerd: { struct: { ...WORKER, address: 's' } } } },
    dns: { struct: { nameservers: ['s'], options: ['s'], searchdomains: ['s'] } },
    history: { struct: { maxage: 'd', maxentries: 'i' } },
  },
}

/** Whether the decoder accepts a value. */
function fits(value: unknown, type: Type): boolean {
  if (typeof type === 'string') return fitsScalar(value, type)
  if (Array.isArray(type)) return Array.isArray(value) && value.every(item => fits(item, type[0]))
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date)
    return false
  const known = type as Exclude<Type, string | readonly [Type]>
  return Object.entries(value).every(([key, item]) => {
    const below = 'map' in known ? known.map : known.struct[key.toLowerCase()]
    return below === undefined || fits(item, below)
  })
}

function fitsScalar(value: unknown, type: string): boolean {
  const isInteger = typeof value === 'bigint' || Number.isInteger(value)
  if (type === 's') return typeof value === 'string'
  if (type === 'b') return typeof value === 'boolean'
  return type === 'i' ? isInteger : type === '*' || isInteger || typeof value === 'string'
}
