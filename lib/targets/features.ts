/** Which features of the loss table a registry uses. Pure. */
import {
  type ApiBase,
  baseUrl,
  type Connection,
  type Mirror,
  type Registry,
  type Server,
} from '../model/registry.ts'
import type { Dialect } from './dialect.ts'
import type { Feature } from './loss-table.ts'

/** A feature, and what uses it; without an endpoint, the registry does. */
export interface UsedFeature {
  readonly feature: Feature
  readonly endpoint?: Mirror | Server
}

/** `conflicting`: what `hostsWithSeveralTls` found in the registries that the target has. */
export function usedFeatures(
  registry: Registry,
  conflicting: ReadonlySet<string>,
  dialect: Pick<Dialect, 'defaultServer' | 'setsServerScheme'>,
): readonly UsedFeature[] {
  const { server, mirrors } = registry
  return [
    { feature: registryFeature(registry) },
    ...(registry.fallback ? [] : [{ feature: 'no_fallback' } as const]),
    ...(server?.declared ? serverFeatures(registry.name, server, dialect) : []),
    ...mirrors.flatMap(mirror => mirrorFeatures(mirror, conflicting)),
  ]
}

function registryFeature({ name }: Registry): Feature {
  if (name === '*') return 'registry_any'
  return name === 'docker.io' ? 'registry_docker_hub' : 'registry_other'
}

function serverFeatures(
  name: string,
  server: Server,
  { defaultServer, setsServerScheme }: Pick<Dialect, 'defaultServer' | 'setsServerScheme'>,
): readonly UsedFeature[] {
  const placeOf = (base: ApiBase) =>
    setsServerScheme ? baseUrl(base).replace(/^https?:/, '') : baseUrl(base)
  const isOther = !defaultServer(name).bases.some(base => placeOf(base) === placeOf(server.base))
  const isSecured = server.ca.length > 0 || server.client !== undefined || server.skipVerify
  const used: readonly (readonly [Feature, boolean])[] = [
    ['server_other', isOther],
    ['server_http', isPlain(server)],
    ['server_tls', isSecured],
    ['server_header', Object.keys(server.header).length > 0],
  ]
  return used.filter(([, is]) => is).map(([feature]) => ({ feature, endpoint: server }))
}

/** Of a mirror without one of its own: the list does not require it. */
const BUILT_IN_TIMEOUT = '2s'

function mirrorFeatures(mirror: Mirror, conflicting: ReadonlySet<string>): readonly UsedFeature[] {
  const { base, capabilities, ca, client, skipVerify, header, dialTimeout } = mirror
  const [pulls, resolves] = [capabilities.includes('pull'), capabilities.includes('resolve')]
  const hasLogin = Object.entries(header).some(
    ([name, value]) => name.toLowerCase() === 'authorization' && /^basic /i.test(value),
  )
  const otherHeaders = Object.keys(header).length - (hasLogin ? 1 : 0)
  const used: readonly (readonly [Feature, boolean])[] = [
    ['path_prefix', base.form === 'prefix'],
    ['path_mounted', base.form === 'mounted'],
    ['path_exact', base.form === 'exact'],
    ['pull_only', pulls && !resolves],
    ['resolve_only', resolves && !pulls],
    ['push', capabilities.includes('push')],
    ['http', isPlain(mirror)],
    ['skip_verify', skipVerify],
    ['ca', ca.length > 0],
    ['client', client !== undefined],
    ['shared_host_tls', conflicting.has(base.origin)],
    ['header', otherHeaders > 0],
    ['login', hasLogin],
    ['dial_timeout', dialTimeout !== BUILT_IN_TIMEOUT],
  ]
  return used.filter(([, is]) => is).map(([feature]) => ({ feature, endpoint: mirror }))
}

function isPlain({ base }: Connection): boolean {
  return base.origin.startsWith('http:')
}

/** Origins of mirrors that do not have the same TLS settings everywhere: some runtimes have those of a host once. */
export function hostsWithSeveralTls(registries: readonly Registry[]): ReadonlySet<string> {
  const settings = new Map<string, string>()
  const several = new Set<string>()
  for (const { mirrors } of registries)
    for (const mirror of mirrors) {
      const { origin } = mirror.base
      const own = tlsSettings(mirror)
      if ((settings.get(origin) ?? own) !== own) several.add(origin)
      settings.set(origin, own)
    }
  return several
}

function tlsSettings({ ca, client, skipVerify }: Pick<Mirror, 'ca' | 'client' | 'skipVerify'>): string {
  if (ca.length === 0 && client === undefined && !skipVerify) return ''
  return JSON.stringify([ca.map(({ text }) => text), client?.cert.text, client?.key.text, skipVerify])
}
