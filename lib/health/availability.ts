/**
 * Whether pulls from a registry work, as far as probes show: the one rule for every command and page. Pure.
 *
 * containerd resolves a tag at the first endpoint that responds among those with both capabilities, and reads content from
 * any endpoint in turn (core/remotes/docker/resolver.go:245-268@v2.1.4, fetcher.go:224,280,303@v2.1.4; the same in
 * v1.6.20 and v1.7.24). An endpoint that fails costs time, but the next one is tried; except after wrong content.
 */
import { listUrl } from '../model/list-url.ts'
import { baseUrl, mayFallBack, mayResolve, type Registry } from '../model/registry.ts'
import type { RegistryHealth } from '../model/registry-health.ts'
import { type Health, isUsable } from './health.ts'

/** What is known of the endpoints; undefined: no probe had a result. */
export interface KnownHealth {
  health(registry: string, url: string): Health | undefined
  /** Of the registry's own server; a watcher probes it only while the verdict depends on it. */
  serverHealth(registry: string): Health | undefined
  /** Whether it was probed at all, also without a result. Absent: each was. */
  isProbed?(registry: string, url: string): boolean
  /** Whether it serves content that does not match its digest. */
  servesWrongContent?(registry: string, url: string): boolean
  /** Urls of the mirrors in the order in which to write them, where the list does not decide it. */
  order?(registry: string): readonly string[] | undefined
}

/** An endpoint that a pull may use; undefined: no probe had a result. */
interface Step {
  readonly url: string
  readonly health: Health | undefined
  readonly isProbed: boolean
  /** Serves content that does not match its digest: containerd ends the pull there (plugins/content/local/writer.go:117@v2.1.4). */
  readonly isWrong: boolean
  readonly pulls: boolean
  readonly resolves: boolean
}

/** The health of a registry with these mirrors. */
export function judgeRegistry(registry: Registry, known: KnownHealth): RegistryHealth {
  const { name } = registry
  const steps = stepsOf(registry, known)
  const content = findContent(steps)
  const resolvers = steps.filter(({ resolves }) => resolves)
  if (content === 'no') return { registry: name, status: 'unhealthy', detail: whyUnhealthy(registry, steps) }
  if (content === 'yes' && resolvers.some(isHealthy)) return { registry: name, status: 'healthy' }
  if (resolvers.some(step => isHealthy(step) || isUnknown(step)))
    return { registry: name, status: 'unknown', detail: whyUnknown(registry, known) }
  return servesContent(steps)
    ? { registry: name, status: 'degraded', reason: 'no_resolver', detail: NO_RESOLVER }
    : { registry: name, status: 'unhealthy', detail: whyUnhealthy(registry, steps) }
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

function whyUnhealthy(registry: Registry, steps: readonly Step[]): string {
  const wrong = steps.find(({ isWrong }) => isWrong)
  if (wrong !== undefined && findContent(steps) === 'no')
    return `containerd gets wrong content from ${listUrl(wrong.url)}, and then tries no other endpoint; remove that mirror from the list`
  return mayFallBack(registry)
    ? 'no mirror and no server is healthy'
    : 'no mirror is healthy, and there is no server to fall back to'
}

function whyUnknown(registry: Registry, known: KnownHealth): string {
  const mirrors = mirrorSteps(registry, known)
  if (mirrors.some(step => step.resolves && isUnknown(step)))
    return unprobedText(mirrors) ?? 'no endpoint that may resolve tags is known to be healthy'
  if (mirrors.length === 0) return 'the health of the server is unknown'
  const first = whyNoMirror(mirrors)
  return mayFallBack(registry)
    ? `${first}, and the health of the server is unknown`
    : `${first}, and regmirror does not probe the servers of the other registries`
}

function whyNoMirror(mirrors: readonly Step[]): string {
  if (servesContent(mirrors)) return 'no healthy mirror may resolve tags'
  if (!mirrors.some(isUnknown)) return 'no mirror is healthy'
  return unprobedText(mirrors) ?? 'no mirror is known to be healthy'
}

/** Undefined where a mirror was probed and has no result. */
function unprobedText(mirrors: readonly Step[]): string | undefined {
  const unknown = mirrors.filter(isUnknown)
  if (unknown.some(({ isProbed }) => isProbed)) return undefined
  return unknown.length === mirrors.length ? 'its mirrors are not probed yet' : 'a mirror is not probed yet'
}

/** In the order of a pull. The servers of the registries that `*` stands for cannot be known. */
function stepsOf(registry: Registry, known: KnownHealth): readonly Step[] {
  if (!registry.fallback) return mirrorSteps(registry, known)
  const health = mayFallBack(registry) ? known.serverHealth(registry.name) : undefined
  const url = registry.server === undefined ? '' : baseUrl(registry.server.base)
  return [
    ...mirrorSteps(registry, known),
    { url, health, isProbed: true, isWrong: false, pulls: true, resolves: true },
  ]
}

function mirrorSteps({ name, mirrors }: Registry, known: KnownHealth): readonly Step[] {
  return mirrors.map(mirror => {
    const url = baseUrl(mirror.base)
    return {
      url,
      health: known.health(name, url),
      isProbed: known.isProbed?.(name, url) !== false,
      isWrong: known.servesWrongContent?.(name, url) === true,
      pulls: mirror.capabilities.includes('pull'),
      resolves: mayResolve(mirror),
    }
  })
}

/** Whether containerd gets the content: it tries the endpoints in turn, and ends the pull at wrong content. */
function findContent(steps: readonly Step[]): 'yes' | 'no' | 'unknown' {
  const first = steps.find(step => step.isWrong || isHealthy(step))
  if (first !== undefined && !first.isWrong) return 'yes'
  const before = first === undefined ? steps : steps.slice(0, steps.indexOf(first))
  return before.some(isUnknown) ? 'unknown' : 'no'
}

function servesContent(steps: readonly Step[]): boolean {
  return findContent(steps) === 'yes' && steps.some(step => step.pulls && isHealthy(step))
}

function isUnknown({ health }: Step): boolean {
  return health === undefined
}

function isHealthy({ health }: Step): boolean {
  return isUsable(health)
}
