/** Which mirrors are written, and in which order, while some of them are not healthy. Pure. */
import {
  baseUrl,
  type Mirror,
  type MirrorList,
  mayFallBack,
  mayResolve,
  type Registry,
} from '../model/registry.ts'
import { changeForTargets, registryOf, type TargetRegistries } from '../model/target-registries.ts'
import type { KnownHealth } from './availability.ts'
import { type Health, isUsable } from './health.ts'
import type { KnownFor } from './judge-targets.ts'

/**
 * The list as it has to be written now. It never names an endpoint that the list does not name. A mirror without a result
 * counts as healthy.
 */
export function selectMirrors(
  list: MirrorList,
  targets: readonly TargetRegistries[],
  knownFor: KnownFor,
): MirrorList {
  const each = new Map(targets.map(target => [target.name, { target, known: knownFor(target.name) }]))
  return changeForTargets(list, [...each.keys()], (registry, name) => {
    const one = each.get(name)
    const had = one && registryOf(one.target, registry.name)
    return one && had ? selectHad(registry, had, list, one.known) : registry
  })
}

/** `had`: what the target has of the registry. Mirrors that it cannot express decide nothing, and stay for the plan to name. */
function selectHad(declared: Registry, had: Registry, list: MirrorList, known: KnownHealth): Registry {
  const selected = selectFor(had, list, known)
  if (selected === had) return declared
  const others = declared.mirrors.filter(mirror => !had.mirrors.includes(mirror))
  const mirrors = others.reduceRight(
    (all, mirror) => insertBefore(all, mirror, declared.mirrors.slice(declared.mirrors.indexOf(mirror))),
    selected.mirrors,
  )
  return withMirrors(declared, mirrors)
}

function insertBefore(
  all: readonly Mirror[],
  mirror: Mirror,
  following: readonly Mirror[],
): readonly Mirror[] {
  const at = all.findIndex(other => following.includes(other))
  return at === -1 ? [...all, mirror] : all.toSpliced(at, 0, mirror)
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
