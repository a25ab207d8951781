/** From a list to its endpoints. Pure. */
import { milliseconds } from '../model/duration.ts'
import {
  type ApiBase,
  type Attachment,
  type Connection,
  type Mirror,
  type MirrorList,
  mayFallBack,
  mayResolve,
  type Registry,
} from '../model/registry.ts'
import type { Dialect } from '../targets/dialect.ts'
import type { Endpoint } from './api/endpoint.ts'
import { findCanary, type NamedCanary } from './canaries.ts'

/**
 * Every endpoint that a pull may use, registry by registry in list order: the mirrors, then the server unless
 * `fallback` is false. `*` has no server.
 */
export function listEndpoints(
  { registries }: Pick<MirrorList, 'registries'>,
  dialect: Dialect,
): readonly Endpoint[] {
  return registries.flatMap(registry => {
    const endpoints = [
      ...registry.mirrors.map(mirror => mirrorEndpoint(registry.name, mirror, dialect)),
      ...serverEndpoints(registry, dialect),
    ]
    return endpoints.map(endpoint => withCanary(withPing(endpoint, dialect), findCanary(registry), dialect))
  })
}

/** What a ping decides there. */
export function pingRule(dialect: Dialect): Pick<Endpoint, 'ping'> {
  const { pingDecides, pingAccepts = 'ok_or_unauthorized', stopsAtPassword = false } = dialect
  return pingDecides ? { ping: { accepts: pingAccepts, stopsAtPassword } } : {}
}

function withPing(endpoint: Endpoint, dialect: Dialect): Endpoint {
  const { triesHttpsFirst } = dialect
  return {
    ...endpoint,
    ...pingRule(dialect),
    ...(triesHttpsFirst && isUnchecked(endpoint) && { tries: bothSchemes(endpoint.base), skipVerify: true }),
  }
}

function isUnchecked({ base, skipVerify }: Endpoint): boolean {
  return skipVerify || base.origin.startsWith('http:')
}

/** A URL without a port has that of its scheme. */
function bothSchemes(base: ApiBase): readonly ApiBase[] {
  const name = base.origin.replace(/^https?:/, '')
  return ['https:', 'http:'].map(scheme => ({ ...base, origin: scheme + name }))
}

function withCanary(endpoint: Endpoint, canary: NamedCanary | undefined, dialect: Dialect): Endpoint {
  if (canary === undefined) return endpoint
  const { registry, repository, reference } = canary
  const ns = dialect.namespace(registry, new URL(endpoint.base.origin).host)
  return { ...endpoint, canary: { repository, reference, ...(ns !== undefined && { ns }) } }
}

function mirrorEndpoint(registry: string, mirror: Mirror, dialect: Dialect): Endpoint {
  const { base, dialTimeout } = mirror
  return {
    registry,
    role: 'mirror',
    resolves: mayResolve(mirror),
    base,
    ...clientSettings(mirror, dialect),
    dialTimeoutMs: dialMs(dialTimeout, dialect),
  }
}

function serverEndpoints(registry: Registry, dialect: Dialect): readonly Endpoint[] {
  const { name, server } = registry
  if (!mayFallBack(registry) || server === undefined) return []
  const common = {
    registry: name,
    role: 'server',
    resolves: true,
    ...clientSettings(server, dialect),
    dialTimeoutMs: dialMs(server.dialTimeout, dialect),
  } as const
  if (server.declared) return [{ ...common, base: server.base }]
  const { bases, skipVerify } = dialect.defaultServer(name)
  const [base, ...alternatives] = bases
  return [{ ...common, base, ...(alternatives.length > 0 && { alternatives }), skipVerify }]
}

function dialMs(listed: string | undefined, { dialTimeoutMs, ignoresDialTimeout }: Dialect): number {
  return listed === undefined || ignoresDialTimeout ? dialTimeoutMs : milliseconds(listed)
}

function clientSettings(
  { ca, client, skipVerify, header, redirects }: Connection,
  { sendsHeaders }: Dialect,
) {
  return {
    ca: ca.map(textOf),
    ...(client && { client: { cert: textOf(client.cert), key: textOf(client.key) } }),
    skipVerify,
    header: sendsHeaders ? header : {},
    redirects,
  }
}

function textOf(attachment: Attachment): string {
  return attachment.text
}
