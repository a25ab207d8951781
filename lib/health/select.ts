/** Which mirrors are written, and in which order, while some of them are not healthy. Pure. */
import { baseUrl, type Mirror, type MirrorList, mayFallBack, type Registry } from '../model/registry.ts'
import type { Health } from './health.ts'

/** What is known of the endpoints; undefined: nothing. A mirror of which nothing is known counts as healthy. */
export interface KnownHealth {
  health(registry: string, url: string): Health | undefined
  /** Whether pulls can use the registry's own server; it is probed only while no mirror is usable. */
  serverUsable(registry: string): boolean | undefined
  /** Urls of the mirrors in the order in which to write them, where the list does not decide it. */
  order?(registry: string): readonly string[] | undefined
}

/** The list as it has to be written now. It never names an endpoint that the list does not name. */
export function selectMirrors(list: MirrorList, known: KnownHealth): MirrorList {
  return { ...list, registries: list.registries.map(registry => selectFor(registry, list, known)) }
}

function selectFor(declared: Registry, { health }: MirrorList, known: KnownHealth): Registry {
  const registry = inOrder(declared, known)
  if (health.onUnhealthy === 'keep') return registry
  const healthOf = ({ base }: Mirror) => known.health(registry.name, baseUrl(base)) ?? 'healthy'
  const having = (...all: readonly Health[]) =>
    registry.mirrors.filter(mirror => all.includes(healthOf(mirror)))
  const usable = [...having('healthy'), ...having('degraded')]
  const unusable = having('rate_limited', 'unhealthy')
  if (unusable.length === 0) return { ...registry, mirrors: usable }
  if (!isEnough(usable, registry)) {
    // When no endpoint works, the cause may be this node: the list is written as declared.
    const serverServes = mayFallBack(registry) && known.serverUsable(registry.name) === true
    return serverServes && health.onUnhealthy === 'drop' ? { ...registry, mirrors: [] } : declared
  }
  return { ...registry, mirrors: health.onUnhealthy === 'drop' ? usable : [...usable, ...unusable] }
}

/** Without a fallback, a mirror has to resolve tags. */
function isEnough(mirrors: readonly Mirror[], { fallback }: Registry): boolean {
  return (
    mirrors.length > 0 && (fallback || mirrors.some(({ capabilities }) => capabilities.includes('resolve')))
  )
}

function inOrder(registry: Registry, known: KnownHealth): Registry {
  const order = known.order?.(registry.name)
  if (order === undefined) return registry
  const positionOf = ({ base }: Mirror) => {
    const at = order.indexOf(baseUrl(base))
    return at === -1 ? order.length : at
  }
  return { ...registry, mirrors: registry.mirrors.toSorted((a, b) => positionOf(a) - positionOf(b)) }
}
