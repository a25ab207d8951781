/**
 * Whether pulls from a registry work, as far as probes show: the one rule for every command and page. Pure.
 *
 * containerd resolves a tag at the first endpoint that responds among those with both capabilities, and reads content from
 * any endpoint in turn (core/remotes/docker/resolver.go:245-268@v2.1.4, fetcher.go:224,280,303@v2.1.4; the same in
 * v1.6.20 and v1.7.24). An endpoint that fails costs time, but the next one is tried.
 */
import { NO_ENDPOINT } from '../model/no-endpoint.ts'
import { baseUrl, mayFallBack, mayResolve, type Registry } from '../model/registry.ts'
import type { RegistryHealth } from '../model/registry-health.ts'
import { type Health, isUsable } from './health.ts'

/** What is known of the endpoints; undefined: no probe had a result. */
export interface KnownHealth {
  health(registry: string, url: string): Health | undefined
  /** Of the registry's own server; a watcher probes it only while the verdict depends on it. */
  serverHealth(registry: string): Health | undefined
  /** Urls of the mirrors in the order in which to write them, where the list does not decide it. */
  order?(registry: string): readonly string[] | undefined
}

/** An endpoint that a pull may use; undefined: no probe had a result. */
interface Step {
  readonly health: Health | undefined
  readonly pulls: boolean
  readonly resolves: boolean
}

/** The health of a registry with these mirrors. */
export function judgeRegistry(registry: Registry, known: KnownHealth): RegistryHealth {
  const steps = stepsOf(registry, known)
  const { name } = registry
  const resolvers = steps.filter(({ resolves }) => resolves)
  if (resolvers.some(isHealthy)) return { registry: name, status: 'healthy' }
  if (resolvers.some(({ health }) => health === undefined))
    return { registry: name, status: 'unknown', detail: whyUnknown(registry, known) }
  return servesContent(steps)
    ? { registry: name, status: 'degraded', reason: 'no_resolver', detail: NO_RESOLVER }
    : { registry: name, status: 'unhealthy', detail: whyUnhealthy(registry) }
}

/**
 * Whether a check for healthy registries passes. Unknown passes where an endpoint serves content, and only the endpoint
 * that resolves tags is unknown: for `*` it is never known.
 */
export function passesCheck(registry: Registry, known: KnownHealth): boolean {
  const { status } = judgeRegistry(registry, known)
  return status === 'healthy' || (status === 'unknown' && servesContent(stepsOf(registry, known)))
}

/** Whether the verdict depends on the server: no mirror resolves tags, by its latest probe or by its capabilities. */
export function dependsOnServer(registry: Registry, known: KnownHealth): boolean {
  const mirrors = mirrorSteps(registry, known)
  return (
    mayFallBack(registry) && mirrors.length > 0 && !mirrors.some(step => step.resolves && isHealthy(step))
  )
}

const NO_RESOLVER = 'no healthy endpoint may resolve tags: pulls by tag fail, pulls by digest work'

function whyUnhealthy(registry: Registry): string {
  return mayFallBack(registry) ? NO_ENDPOINT : 'no mirror is healthy, and there is no server to fall back to'
}

function whyUnknown(registry: Registry, known: KnownHealth): string {
  const mirrors = mirrorSteps(registry, known)
  if (mirrors.some(({ resolves, health }) => resolves && health === undefined))
    return 'no endpoint that may resolve tags is known to be healthy'
  if (mirrors.length === 0) return 'the health of the server is unknown'
  const first = whyNoMirror(mirrors)
  return mayFallBack(registry)
    ? `${first}, and the health of the server is unknown`
    : `${first}, and regmirror does not probe the servers of the other registries`
}

function whyNoMirror(mirrors: readonly Step[]): string {
  if (servesContent(mirrors)) return 'no healthy mirror may resolve tags'
  const isKnown = mirrors.every(({ health }) => health !== undefined)
  return isKnown ? 'no mirror is healthy' : 'no mirror is known to be healthy'
}

/** In the order of a pull. The servers of the registries that `*` stands for cannot be known. */
function stepsOf(registry: Registry, known: KnownHealth): readonly Step[] {
  if (!registry.fallback) return mirrorSteps(registry, known)
  const health = mayFallBack(registry) ? known.serverHealth(registry.name) : undefined
  return [...mirrorSteps(registry, known), { health, pulls: true, resolves: true }]
}

function mirrorSteps({ name, mirrors }: Registry, known: KnownHealth): readonly Step[] {
  return mirrors.map(mirror => ({
    health: known.health(name, baseUrl(mirror.base)),
    pulls: mirror.capabilities.includes('pull'),
    resolves: mayResolve(mirror),
  }))
}

function servesContent(steps: readonly Step[]): boolean {
  return steps.some(step => step.pulls && isHealthy(step))
}

function isHealthy({ health }: Step): boolean {
  return isUsable(health)
}
