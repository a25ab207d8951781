/** From a list to what a probe asks, and from the answers back to the registries. Pure. */
import { milliseconds } from '../model/duration.ts'
import {
  type ApiBase,
  type Attachment,
  type Mirror,
  type MirrorList,
  mayFallBack,
  type Registry,
} from '../model/registry.ts'
import type { Probe } from '../model/report.ts'
import type { Dialect } from '../targets/dialect.ts'
import { dialectOf } from '../targets/index.ts'
import { canaryOf, type NamedCanary } from './canaries.ts'

/** All that is needed to ask one endpoint as the runtime would. */
export interface Endpoint {
  readonly registry: string
  readonly role: 'mirror' | 'server'
  readonly base: ApiBase
  /** Tried in turn while the one before does not speak its scheme (a loopback registry: https, then http). */
  readonly alternatives?: readonly ApiBase[]
  /** PEM texts, trusted besides the system's own. */
  readonly ca: readonly string[]
  /** PEM texts. */
  readonly client?: { readonly cert: string; readonly key: string }
  readonly skipVerify: boolean
  /** Sent on every request to the endpoint itself. Every value is a secret. */
  readonly header: Readonly<Record<string, string>>
  /** Limit for name lookup and connection together, as Go's net.Dialer counts. */
  readonly dialTimeoutMs: number
  /** Whether the runtime asks it what a tag stands for. */
  readonly resolves: boolean
  /** What a deep probe asks it for. */
  readonly canary?: Canary
}

/** An image to ask for. */
export interface Canary {
  readonly repository: string
  /** A tag. */
  readonly reference: string
  /** The registry that the image is of, told to whoever is not that registry (registry.go:85-92@v2.3.4). */
  readonly ns?: string
}

/** Equal for endpoints that are asked in the same way. */
export function questionOf({ registry: _, role: __, ...question }: Endpoint): string {
  return JSON.stringify(question)
}

/** Whether it is sent a secret of the list. */
export function holdsSecret({ header }: Pick<Endpoint, 'header'>): boolean {
  return Object.keys(header).length > 0
}

/**
 * Every endpoint a pull may ask, registry by registry in list order: the mirrors, then the server unless
 * `fallback` is false. `*` has no server.
 */
export function endpointsOf(list: MirrorList): readonly Endpoint[] {
  const dialect = dialectOf(list)
  return list.registries.flatMap(registry => {
    const endpoints = [
      ...registry.mirrors.map(mirror => mirrorEndpoint(registry.name, mirror)),
      ...serverEndpoints(registry, dialect),
    ]
    return endpoints.map(endpoint => withCanary(endpoint, canaryOf(registry), dialect))
  })
}

function withCanary(endpoint: Endpoint, canary: NamedCanary | undefined, dialect: Dialect): Endpoint {
  if (canary === undefined) return endpoint
  const { registry, repository, reference } = canary
  const ns = dialect.namespace(registry, new URL(endpoint.base.origin).host)
  return { ...endpoint, canary: { repository, reference, ...(ns !== undefined && { ns }) } }
}

/**
 * Registries of which no probed endpoint is known to serve, in list order. A registry nothing was asked of is not
 * named.
 */
export function unhealthyRegistries(list: MirrorList, probes: readonly Probe[]): readonly string[] {
  return list.registries
    .map(registry => registry.name)
    .filter(name => {
      const own = probes.filter(probe => probe.registry === name)
      return own.length > 0 && !own.some(serves)
    })
}

/** Who is slow or out of date does; who answers 429 answers a pull so, too. Watch goes by the same rule. */
function serves({ status, reason }: Probe): boolean {
  return status === 'healthy' || (status === 'degraded' && reason !== 'rate_limited')
}

function mirrorEndpoint(registry: string, mirror: Mirror): Endpoint {
  const { base, skipVerify, header } = mirror
  return {
    registry,
    role: 'mirror',
    resolves: mirror.capabilities.includes('resolve') && mirror.capabilities.includes('pull'),
    base,
    ca: mirror.ca.map(textOf),
    ...(mirror.client && { client: { cert: textOf(mirror.client.cert), key: textOf(mirror.client.key) } }),
    skipVerify,
    header,
    dialTimeoutMs: milliseconds(mirror.dialTimeout),
  }
}

function serverEndpoints(registry: Registry, dialect: Dialect): readonly Endpoint[] {
  if (!mayFallBack(registry)) return []
  const { name, server } = registry
  const common = {
    registry: name,
    role: 'server',
    resolves: true,
    ca: [],
    header: {},
    dialTimeoutMs: dialect.dialTimeoutMs,
  } as const
  if (server?.declared) return [{ ...common, base: server.base, skipVerify: false }]
  const { bases, skipVerify } = dialect.defaultServer(name)
  const [base, ...alternatives] = bases
  return [{ ...common, base, ...(alternatives.length > 0 && { alternatives }), skipVerify }]
}

function textOf(attachment: Attachment): string {
  return attachment.text
}
