/** Endpoints by their keys. A list of endpoints never changes, so each is indexed once. Pure. */
import type { Watched } from './memory.ts'

type Index = ReadonlyMap<string, Watched>

/** By `keyOf`. */
export const byKey = indexedBy(({ key }) => key)

/** By the name of their registry; a registry has one server. */
export const byRegistry = indexedBy(({ endpoint }) => endpoint.registry)

function indexedBy(keyOf: (watched: Watched) => string): (all: readonly Watched[]) => Index {
  const known = new WeakMap<readonly Watched[], Index>()
  return all => {
    const index = known.get(all) ?? new Map(all.map(watched => [keyOf(watched), watched]))
    known.set(all, index)
    return index
  }
}
