/** From a list to its endpoints, and from probes back to the registries. Pure. */
import { milliseconds } from '../model/duration.ts'
import {
  type ApiBase,
  type Attachment,
  isLoopback,
  type Mirror,
  type MirrorList,
  mayFallBack,
  type Registry,
} from '../model/registry.ts'
import type { Probe } from '../model/report.ts'
import type { Endpoint } from './api/endpoint.ts'
import { findCanary, type NamedCanary } from './canaries.ts'

/** containerd's value where hosts.toml has none: core/remotes/docker/registry.go:256@v2.3.4. */
const DEFAULT_DIAL_TIMEOUT_MS = 30_000

/**
 * Every endpoint that a pull may use, registry by registry in list order: the mirrors, then the server unless
 * `fallback` is false. `*` has no server.
 */
export function listEndpoints(list: MirrorList): readonly Endpoint[] {
  return list.registries.flatMap(registry => {
    const mirrors = registry.mirrors.map(mirror => mirrorEndpoint(registry.name, mirror))
    const canary = findCanary(registry)
    return [...mirrors, ...serverEndpoints(registry)].map(endpoint => withCanary(endpoint, canary))
  })
}

function withCanary(endpoint: Endpoint, canary: NamedCanary | undefined): Endpoint {
  if (canary === undefined) return endpoint
  const { registry, repository, reference } = canary
  const isOwnServer = new URL(endpoint.base.origin).host === (registry === 'docker.io' ? HUB : registry)
  return { ...endpoint, canary: { repository, reference, ...(!isOwnServer && { ns: registry }) } }
}

/** The server of docker.io, which receives no ns (isProxy, registry.go:85-92@v2.3.4). */
const HUB = 'registry-1.docker.io'

/** Registries whose probed endpoints can serve no pull, in list order. A registry without probes is not listed. */
export function unhealthyRegistries(list: MirrorList, probes: readonly Probe[]): readonly string[] {
  return list.registries
    .map(registry => registry.name)
    .filter(name => {
      const own = probes.filter(probe => probe.registry === name)
      return own.length > 0 && !own.some(canServe)
    })
}

/** A slow or outdated endpoint serves pulls; one that responds with 429 does not. Watch uses the same rule. */
function canServe({ status, reason }: Probe): boolean {
  return status === 'healthy' || (status === 'degraded' && reason !== 'rate_limited')
}

function mirrorEndpoint(registry: string, mirror: Mirror): Endpoint {
  const { base, skipVerify, header, client, capabilities } = mirror
  return {
    registry,
    role: 'mirror',
    resolves: capabilities.includes('resolve') && capabilities.includes('pull'),
    base,
    ca: mirror.ca.map(textOf),
    ...(client && { client: { cert: textOf(client.cert), key: textOf(client.key) } }),
    skipVerify,
    header,
    dialTimeoutMs: milliseconds(mirror.dialTimeout),
  }
}

function serverEndpoints(registry: Registry): readonly Endpoint[] {
  if (!mayFallBack(registry)) return []
  const { name, server } = registry
  if (server === undefined || (!server.declared && isLoopback(name))) return loopbackServer(name)
  return [{ ...plainServer(name), base: server.base }]
}

/**
 * A loopback registry without a declared server: https unless the port is 80, then http unless it is 443, without
 * verification of certificates. containerd: core/remotes/docker/config/hosts.go:105-122@v2.3.4.
 */
function loopbackServer(name: string): readonly Endpoint[] {
  const port = new URL(`tcp://${name}`).port
  const schemes = port === '80' ? ['http'] : port === '' || port === '443' ? ['https'] : ['https', 'http']
  const [base, ...alternatives] = schemes.map(scheme => rootBase(new URL(`${scheme}://${name}`).origin))
  if (base === undefined) return []
  return [{ ...plainServer(name), base, alternatives, skipVerify: true }]
}

function plainServer(registry: string): Omit<Endpoint, 'base'> {
  const dialTimeoutMs = DEFAULT_DIAL_TIMEOUT_MS
  return { registry, role: 'server', resolves: true, ca: [], skipVerify: false, header: {}, dialTimeoutMs }
}

function rootBase(origin: string): ApiBase {
  return { origin, path: '/v2', form: 'root' }
}

function textOf(attachment: Attachment): string {
  return attachment.text
}
