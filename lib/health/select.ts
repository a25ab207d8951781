/** Which mirrors are written, and in which order, while some of them are not healthy. Pure. */
import {
  baseUrl,
  type Mirror,
  type MirrorList,
  mayFallBack,
  mayResolve,
  type Registry,
} from '../model/registry.ts'
import type { KnownHealth } from './availability.ts'
import { type Health, isUsable } from './health.ts'

/**
 * The list as it has to be written now. It never names an endpoint that the list does not name. A mirror without a result
 * counts as healthy.
 */
export function selectMirrors(list: MirrorList, known: KnownHealth): MirrorList {
  return { ...list, registries: list.registries.map(registry => selectFor(registry, list, known)) }
}

function selectFor(
  declared: Registry,
  { health: { onUnhealthy } }: MirrorList,
  known: KnownHealth,
): Registry {
  const registry = inOrder(declared, known)
  if (onUnhealthy === 'keep') return registry
  const healthOf = ({ base }: Mirror) => known.health(registry.name, baseUrl(base)) ?? 'healthy'
  const having = (...all: readonly Health[]) =>
    registry.mirrors.filter(mirror => all.includes(healthOf(mirror)))
  const usable = [...having('healthy'), ...having('degraded')]
  const unusable = having('rate_limited', 'unhealthy')
  const isDrop = onUnhealthy === 'drop'
  // When no endpoint works, the cause may be this node: the list is written as declared.
  if (usable.length === 0 && unusable.length > 0)
    return isDrop && isServerUsable(registry, known) ? { ...registry, mirrors: [] } : declared
  // Where no usable endpoint resolves tags, one that recovers first must be in the file.
  const kept = isDrop
    ? unusable.filter(mirror => mayResolve(mirror) && !resolvesElsewhere(usable, registry, known))
    : unusable
  return withMirrors(registry, [...usable, ...kept])
}

/** The same registry where its mirrors are the same. */
function withMirrors(registry: Registry, mirrors: readonly Mirror[]): Registry {
  const { length } = registry.mirrors
  const isSame = length === mirrors.length && mirrors.every((mirror, i) => mirror === registry.mirrors[i])
  return isSame ? registry : { ...registry, mirrors }
}

function isServerUsable(registry: Registry, known: KnownHealth): boolean {
  const health = mayFallBack(registry) ? known.serverHealth(registry.name) : undefined
  return isUsable(health)
}

/** The servers of the registries that `*` stands for are not probed: they count as usable, as without regmirror. */
function resolvesElsewhere(usable: readonly Mirror[], registry: Registry, known: KnownHealth): boolean {
  const hasOtherServers = registry.fallback && registry.name === '*'
  return usable.some(mayResolve) || hasOtherServers || isServerUsable(registry, known)
}

function inOrder(registry: Registry, known: KnownHealth): Registry {
  const order = known.order?.(registry.name)
  if (order === undefined) return registry
  const positionOf = ({ base }: Mirror) => {
    const at = order.indexOf(baseUrl(base))
    return at === -1 ? order.length : at
  }
  return withMirrors(
    registry,
    registry.mirrors.toSorted((a, b) => positionOf(a) - positionOf(b)),
  )
}
