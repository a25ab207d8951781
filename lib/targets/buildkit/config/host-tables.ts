/**
 * The tables of buildkitd.toml that a list needs. A table names the mirrors of the registry with its name, and how the host
 * with its name is reached: as the server of that registry, and as a mirror of any other
 * (util/resolver/resolver.go NewRegistryConfig@v0.32.2). Pure.
 */
import type { Issue } from '../../../model/errors.ts'
import { type ApiBase, type Connection, isLoopback, type Registry } from '../../../model/registry.ts'

/** How a host is reached. */
interface HostUse {
  readonly connection: Connection
  /** Whether the list says it; a server that follows from the name of its registry is reached over https. */
  readonly declared: boolean
  readonly registry: string
  readonly role: 'mirror' | 'server'
}

export interface HostTable {
  /** `docker.io`, or `host[:port]`. */
  readonly name: string
  /** The registry with this name, where the list has it. */
  readonly registry: Registry | undefined
  /** What decides on its TLS settings; undefined where the list does not. */
  readonly connection: Connection | undefined
}

/** In the order of the list: each registry, then the hosts of its mirrors. */
export function hostTables(registries: readonly Registry[]): readonly HostTable[] {
  const uses = hostUses(registries)
  const byName = new Map(registries.map(registry => [registry.name, registry]))
  const names = new Set(registries.flatMap(({ name, mirrors }) => [name, ...mirrors.map(mirrorHost)]))
  return [...names].map(name => {
    const found = uses.get(name) ?? []
    const connection = found.find(({ declared }) => declared)?.connection
    return { name, registry: byName.get(name), connection }
  })
}

/** `host[:port][/path]`: the scheme has no meaning there (util/resolver/utils.go:9-22@v0.32.2). */
export function mirrorText({ base }: { readonly base: ApiBase }): string {
  return hostOf(base) + base.path.replace(/^\/v2/, '')
}

function mirrorHost({ base }: { readonly base: ApiBase }): string {
  return hostOf(base)
}

function hostOf({ origin }: ApiBase): string {
  return origin.replace(/^https?:\/\//, '')
}

function hostUses(registries: readonly Registry[]): ReadonlyMap<string, readonly HostUse[]> {
  const all = registries.flatMap(({ name, mirrors, server }) => [
    ...mirrors.map(mirror => ({
      host: mirrorHost(mirror),
      ...{ connection: mirror, declared: true, registry: name, role: 'mirror' as const },
    })),
    ...serverUses(name, server),
  ])
  return Map.groupBy(all, ({ host }) => host)
}

/** The table of docker.io has the settings of registry-1.docker.io too. */
function serverUses(name: string, server: Registry['server']) {
  if (server === undefined || (!server.declared && isLoopback(name))) return []
  return [
    { host: name, connection: server, declared: server.declared, registry: name, role: 'server' as const },
  ]
}

/** Hosts that the list reaches in two ways: buildkitd.toml has one. */
export function hostConflicts(registries: readonly Registry[]): readonly Issue[] {
  return [...hostUses(registries)].flatMap(([host, uses]) => {
    const [first, ...others] = uses
    const other = first && others.find(use => isOther(first, use) && !isReported(first, use))
    if (first === undefined || other === undefined) return []
    const { file, line, column } = (other.declared ? other : first).connection.place
    const message = `BuildKit reaches ${host} in one way only, and ${useText(first)} has other TLS settings than ${useText(other)}`
    const hint =
      'give both the same scheme, ca, client and skip_verify, or use another host name for one of them'
    return [{ file, line, column, message, hint }]
  })
}

function useText({ role, registry }: HostUse): string {
  return `the ${role} of ${registry}`
}

function isOther(a: HostUse, b: HostUse): boolean {
  return settingsOf(a, a.declared && b.declared) !== settingsOf(b, a.declared && b.declared)
}

/** A CA in addition does not harm a server that needs none. */
function settingsOf({ connection }: HostUse, all: boolean): string {
  const { base, ca, client, skipVerify } = connection
  const isPlain = base.origin.startsWith('http:')
  if (isPlain) return 'http'
  const certificates = [ca.map(({ text }) => text), client?.cert.text, client?.key.text]
  return JSON.stringify([skipVerify, all ? certificates : []])
}

/** The loss table covers mirrors at one host. */
function isReported(a: HostUse, b: HostUse): boolean {
  const isMirror = a.role === 'mirror' && b.role === 'mirror'
  return isMirror && a.connection.base.origin === b.connection.base.origin
}
