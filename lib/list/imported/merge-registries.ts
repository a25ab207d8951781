/** Registries of several files as one of each name. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { FoundEndpoint, FoundMirror, FoundRegistry, Loss } from '../../model/read-back.ts'
import { isRefused } from '../../model/refused.ts'
import { parseRegistryName } from '../values/registry-name.ts'

interface Merged {
  readonly registries: readonly FoundRegistry[]
  readonly losses: readonly Loss[]
}

/** The first file that says something has priority; mirrors of later ones follow. */
export function mergeRegistries(found: readonly FoundRegistry[]): Merged {
  const byName = new Map<string, FoundRegistry>()
  const losses: Loss[] = []
  for (const registry of found) {
    const parsed = parseRegistryName(registry.name)
    if (isRefused(parsed)) {
      losses.push({ ...registry.at, ...parsed })
      continue
    }
    const before = byName.get(parsed.name)
    const merged =
      before === undefined ? withoutTwice({ ...registry, name: parsed.name }) : join(before, registry)
    byName.set(parsed.name, merged.registry)
    losses.push(...merged.losses)
  }
  return { registries: [...byName.values()], losses }
}

interface Joined {
  readonly registry: FoundRegistry
  readonly losses: readonly Loss[]
}

/** A mirror twice is contacted twice, and serves no more. */
function withoutTwice(registry: FoundRegistry): Joined {
  const { mirrors, losses } = joinMirrors(registry.mirrors)
  return { registry: { ...registry, mirrors }, losses }
}

function join(first: FoundRegistry, second: FoundRegistry): Joined {
  const { mirrors, losses } = joinMirrors([...first.mirrors, ...second.mirrors])
  const server = first.server ?? second.server
  const fallback = first.fallback ?? second.fallback
  const comments = [...new Set([...(first.comments ?? []), ...(second.comments ?? [])])]
  return {
    registry: {
      ...first,
      mirrors,
      comments,
      ...(server && { server }),
      ...(fallback !== undefined && { fallback }),
    },
    losses: [...losses, ...serverLosses(first, second), ...fallbackLosses(first, second)],
  }
}

function joinMirrors(all: readonly FoundMirror[]): {
  mirrors: readonly FoundMirror[]
  losses: readonly Loss[]
} {
  const mirrors: FoundMirror[] = []
  const losses: Loss[] = []
  for (const mirror of all) {
    const before = mirrors.find(({ url }) => url === mirror.url)
    if (before === undefined) mirrors.push(mirror)
    else if (!isDeepStrictEqual(settingsOf(before), settingsOf(mirror)))
      losses.push(conflict(before, mirror, mirror.url))
  }
  return { mirrors, losses }
}

function settingsOf({ at: _, comments: __, ...settings }: FoundEndpoint): object {
  return settings
}

function conflict(kept: FoundEndpoint, left: FoundEndpoint, what: string): Loss {
  const message = `${what} has other settings here than in ${place(kept)}, which are used`
  return { ...left.at, message, hint: 'compare the two, and change the list if these are right' }
}

function place({ at: { file, line } }: Pick<FoundEndpoint, 'at'>): string {
  return line === undefined ? file : `${file}:${line}`
}

function serverLosses(first: FoundRegistry, { server }: FoundRegistry): readonly Loss[] {
  if (server === undefined || first.server === undefined) return []
  return isDeepStrictEqual(settingsOf(first.server), settingsOf(server))
    ? []
    : [conflict(first.server, server, `the server of ${first.name}`)]
}

function fallbackLosses(first: FoundRegistry, second: FoundRegistry): readonly Loss[] {
  if ((first.fallback ?? true) === (second.fallback ?? true)) return []
  const message = `${first.name}: one file allows the registry itself, the other does not; the list has fallback = ${first.fallback ?? second.fallback}`
  return [{ ...second.at, message, hint: 'change fallback in the list if that is wrong' }]
}
