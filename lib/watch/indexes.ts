/** Endpoints by their keys. A list of endpoints never changes, so each is indexed once. Pure. */
import { type FindMirror, type FindServer, indexMirrors, indexServers } from '../health/verdicts.ts'
import type { Watched } from './memory.ts'

/** Finds a mirror by its registry and URL, for one of these targets. */
export const mirrorFinder: (mirrors: readonly Watched[]) => FindMirror<Watched> = once(all =>
  indexMirrors(keyed(all)),
)

/** Finds the server of a registry, for a target. */
export const serverFinder: (servers: readonly Watched[]) => FindServer<Watched> = once(all =>
  indexServers(keyed(all)),
)

export const setOf: (all: readonly Watched[]) => ReadonlySet<Watched> = once(all => new Set(all))

function keyed(all: readonly Watched[]): readonly (readonly [string, Watched])[] {
  return all.map(watched => [watched.key, watched])
}

function once<Index>(build: (all: readonly Watched[]) => Index): (all: readonly Watched[]) => Index {
  const known = new WeakMap<readonly Watched[], { readonly index: Index }>()
  return all => {
    const built = known.get(all) ?? { index: build(all) }
    known.set(all, built)
    return built.index
  }
}
