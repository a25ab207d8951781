/** From a list to its endpoints. Pure. */
import { milliseconds } from '../model/duration.ts'
import {
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
export function listEndpoints(list: MirrorList, dialect: Dialect): readonly Endpoint[] {
  return list.registries.flatMap(registry => {
    const endpoints = [
      ...registry.mirrors.map(mirror => mirrorEndpoint(registry.name, mirror)),
      ...serverEndpoints(registry, dialect),
    ]
    return endpoints.map(endpoint => withCanary(endpoint, findCanary(registry), dialect))
  })
}

function withCanary(endpoint: Endpoint, canary: NamedCanary | undefined, dialect: Dialect): Endpoint {
  if (canary === undefined) return endpoint
  const { registry, repository, reference } = canary
  const ns = dialect.namespace(registry, new URL(endpoint.base.origin).host)
  return { ...endpoint, canary: { repository, reference, ...(ns !== undefined && { ns }) } }
}

function mirrorEndpoint(registry: string, mirror: Mirror): Endpoint {
  const { base, dialTimeout } = mirror
  return {
    registry,
    role: 'mirror',
    resolves: mayResolve(mirror),
    base,
    ...clientSettings(mirror),
    dialTimeoutMs: milliseconds(dialTimeout),
  }
}

function serverEndpoints(registry: Registry, dialect: Dialect): readonly Endpoint[] {
  const { name, server } = registry
  if (!mayFallBack(registry) || server === undefined) return []
  const common = {
    registry: name,
    role: 'server',
    resolves: true,
    ...clientSettings(server),
    dialTimeoutMs:
      server.dialTimeout === undefined ? dialect.dialTimeoutMs : milliseconds(server.dialTimeout),
  } as const
  if (server.declared) return [{ ...common, base: server.base }]
  const { bases, skipVerify } = dialect.defaultServer(name)
  const [base, ...alternatives] = bases
  return [{ ...common, base, ...(alternatives.length > 0 && { alternatives }), skipVerify }]
}

function clientSettings({ ca, client, skipVerify, header, redirects }: Connection) {
  return {
    ca: ca.map(textOf),
    ...(client && { client: { cert: textOf(client.cert), key: textOf(client.key) } }),
    skipVerify,
    header,
    redirects,
  }
}

function textOf(attachment: Attachment): string {
  return attachment.text
}
