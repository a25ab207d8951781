/** Which mirrors are written, and in which order, while some of them are not well. Pure. */
import { baseUrl, type Mirror, type MirrorList, mayFallBack, type Registry } from '../model/registry.ts'
import type { Health } from './mirror-health.ts'

/** What is known of the endpoints; undefined: nothing, which counts as well. */
export interface KnownHealth {
  health(registry: string, url: string): Health | undefined
  /** Whether the registry's own server answers; asked for only while no mirror is well. */
  serverUp(registry: string): boolean | undefined
  /** Urls in the order in which the mirrors are to be written, where that is not the list's to say. */
  order?(registry: string): readonly string[] | undefined
}

/** The list as it is to be written now. Nothing that the list does not name is ever in it. */
export function selectMirrors(list: MirrorList, known: KnownHealth): MirrorList {
  return { ...list, registries: list.registries.map(registry => listedRegistry(registry, list, known)) }
}

function listedRegistry(declared: Registry, { health }: MirrorList, known: KnownHealth): Registry {
  const registry = ordered(declared, known)
  if (health.onUnhealthy === 'keep') return registry
  const healthOf = ({ base }: Mirror) => known.health(registry.name, baseUrl(base)) ?? 'up'
  const those = (...all: readonly Health[]) =>
    registry.mirrors.filter(mirror => all.includes(healthOf(mirror)))
  const well = [...those('up'), ...those('slow')]
  const away = those('limited', 'down')
  if (away.length === 0) return { ...registry, mirrors: well }
  if (!suffice(well, registry)) {
    // Without an answer of anybody the fault may well be ours: then what the list says stays.
    const server = mayFallBack(registry) && known.serverUp(registry.name) === true
    return server && health.onUnhealthy === 'drop' ? { ...registry, mirrors: [] } : declared
  }
  return { ...registry, mirrors: health.onUnhealthy === 'drop' ? well : [...well, ...away] }
}

/** Without the server somebody is needed who may say what a tag means. */
function suffice(mirrors: readonly Mirror[], { fallback }: Registry): boolean {
  return (
    mirrors.length > 0 && (fallback || mirrors.some(({ capabilities }) => capabilities.includes('resolve')))
  )
}

function ordered(registry: Registry, known: KnownHealth): Registry {
  const order = known.order?.(registry.name)
  if (order === undefined) return registry
  const place = ({ base }: Mirror) => {
    const at = order.indexOf(baseUrl(base))
    return at === -1 ? order.length : at
  }
  return { ...registry, mirrors: registry.mirrors.toSorted((a, b) => place(a) - place(b)) }
}
