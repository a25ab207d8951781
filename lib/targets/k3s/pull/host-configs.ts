/**
 * The hosts.toml files that k3s generates from registries.yaml, by the names of their directories (getHostConfigs,
 * pkg/agent/containerd/config.go@06ea261c). Pure.
 */
import { isTable, type Table } from '../../../formats/is-table.ts'
import { stringsIn, tablesIn } from '../../../formats/table-values.ts'
import { type EndpointUrl, endpointUrl, hubHost } from './endpoint-url.ts'

export interface HostEndpoint extends EndpointUrl {
  /** Its entry in `configs`; empty where there is none. */
  readonly settings: Table
  /** Patterns and replacements for names of repositories. */
  readonly rewrite: Readonly<Record<string, string>>
  /** Its place in `mirrors.<registry>.endpoint`; undefined: it follows from the name. */
  readonly nth: number | undefined
}

export interface HostConfig {
  /** `server`: used last; undefined where the node flag forbids it. */
  readonly server: HostEndpoint | undefined
  readonly endpoints: readonly HostEndpoint[]
  /** Endpoints that k3s ignores, and why. */
  readonly ignored: readonly { readonly nth: number; readonly why: string }[]
}

/** `value`: registries.yaml; `noDefault`: the node flag. */
export function generatedHosts(value: Table, noDefault: boolean): ReadonlyMap<string, HostConfig> {
  const configs = new Map(tablesIn(value.configs))
  const hosts = new Map<string, HostConfig>()
  for (const [host, settings] of configs) {
    const server = ownServer(host, settings)
    if (server !== undefined || host === '*')
      hosts.set(directoryOf(host), { server, endpoints: [], ignored: [] })
  }
  for (const [name, table] of mirrorTables(value.mirrors)) {
    const known = name === '*' ? undefined : hosts.get(name)
    const server = noDefault ? undefined : ownServer(name, settingsFor(configs, name))
    const found = withEndpoints(known ?? { server, endpoints: [], ignored: [] }, table, configs)
    hosts.set(directoryOf(name), found)
  }
  return new Map([...hosts].filter(([, config]) => config.endpoints.length > 0 || hasSettings(config.server)))
}

/** A key without a value is an entry too. */
function mirrorTables(mirrors: unknown): readonly (readonly [string, Table])[] {
  const entries = isTable(mirrors) ? Object.entries(mirrors) : []
  return entries.map(([name, table]) => [name, isTable(table) ? table : {}] as const)
}

function directoryOf(host: string): string {
  return host === '*' ? '_default' : host
}

function ownServer(host: string, settings: Table): HostEndpoint | undefined {
  const url = host === '*' ? undefined : endpointUrl(host)
  return url && { ...url, settings, rewrite: {}, nth: undefined }
}

function withEndpoints(
  config: HostConfig,
  { endpoint, rewrite }: Table,
  configs: ReadonlyMap<string, Table>,
): HostConfig {
  const rewrites = isTable(rewrite) ? rewrite : {}
  const written = stringsIn(endpoint)
  const seen = new Set<string>()
  const ignored: { nth: number; why: string }[] = []
  let { server } = config
  const endpoints = written.flatMap((text, nth): readonly HostEndpoint[] => {
    const url = endpointUrl(text)
    if (url === undefined || seen.has(addressOf(url))) {
      ignored.push({ nth, why: url === undefined ? 'it is no URL' : 'it is listed before' })
      return []
    }
    seen.add(addressOf(url))
    const settings = settingsFor(configs, url.host)
    const found = { ...url, settings, rewrite: rewrites as Record<string, string>, nth }
    const isLast = nth === written.length - 1
    if (!isLast || server === undefined || addressOf(server) !== addressOf(url)) return [found]
    server = found
    return []
  })
  return { server, endpoints, ignored }
}

function addressOf({ origin, path }: EndpointUrl): string {
  return origin + path
}

/** configForHost: docker.io is looked up as registry-1.docker.io first. */
function settingsFor(configs: ReadonlyMap<string, Table>, host: string): Table {
  const hub = host === 'registry-1.docker.io' ? 'docker.io' : undefined
  return configs.get(hubHost(host)) ?? configs.get(hub ?? host) ?? {}
}

function hasSettings(endpoint: HostEndpoint | undefined): boolean {
  if (endpoint === undefined) return false
  const { overridesPath, settings, rewrite } = endpoint
  return overridesPath || isTable(settings.auth) || isTable(settings.tls) || Object.keys(rewrite).length > 0
}
