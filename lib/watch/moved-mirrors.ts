/** What a write does with the mirrors that a target has. Pure. */
import { listUrl } from '../model/list-url.ts'
import { baseUrl, type MirrorList } from '../model/registry.ts'
import { registriesFor } from '../model/target-registries.ts'

/** API bases, as in every report. */
export interface MovedMirrors {
  readonly removed: readonly string[]
  readonly returned: readonly string[]
  /** Whether those that stay have another order. */
  readonly isReordered: boolean
}

/** What a write is for: a new list, a change of health, or neither. */
export interface WrittenFor {
  readonly cause?: 'list' | 'health'
  /** What it does with the mirrors of a registry; undefined: of every registry of the target, which one file serves. */
  readonly moved?: (registry: string | undefined, target: string) => MovedMirrors | undefined
}

export function movedMirrors(
  registry: string | undefined,
  target: string,
  before: MirrorList | undefined,
  after: MirrorList,
): MovedMirrors | undefined {
  if (before === undefined) return undefined
  const [old, now] = [mirrorUrls(target, before), mirrorUrls(target, after)]
  const names = registry === undefined ? [...now.keys()] : [registry]
  const moved = names.flatMap(name => movedOf(old.get(name), now.get(name)) ?? [])
  if (moved.length === 0) return undefined
  return {
    removed: [...new Set(moved.flatMap(one => one.removed))],
    returned: [...new Set(moved.flatMap(one => one.returned))],
    isReordered: moved.some(one => one.isReordered),
  }
}

type Urls = readonly string[]

function movedOf(old: Urls | undefined, now: Urls | undefined): MovedMirrors | undefined {
  if (old === undefined || now === undefined) return undefined
  const stay = (urls: Urls, others: Urls) => urls.filter(url => others.includes(url))
  return {
    removed: old.filter(url => !now.includes(url)),
    returned: now.filter(url => !old.includes(url)),
    isReordered: stay(old, now).join() !== stay(now, old).join(),
  }
}

/** By registry. */
function mirrorUrls(target: string, list: MirrorList): ReadonlyMap<string, Urls> {
  const registries = registriesFor(list, target)
  return new Map(registries.map(({ name, mirrors }) => [name, mirrors.map(({ base }) => baseUrl(base))]))
}

/** `removed https://a, returned https://b`; empty where every mirror is in its place. */
export function movedText({ removed, returned, isReordered }: MovedMirrors): string {
  const parts = [...listed('removed', removed), ...listed('returned', returned)]
  return [...parts, ...(isReordered ? ['changed the order of the mirrors'] : [])].join(', ')
}

const SHOWN = 3

function listed(verb: string, urls: readonly string[]): readonly string[] {
  if (urls.length === 0) return []
  const more = urls.length > SHOWN ? ` and ${urls.length - SHOWN} more` : ''
  return [`${verb} ${urls.slice(0, SHOWN).map(listUrl).join(' and ')}${more}`]
}
