/** What a write does with the mirrors that a target has of a registry. Pure. */
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
  /** What it does with the mirrors of a registry. */
  readonly moved?: (registry: string, target: string) => MovedMirrors | undefined
}

export function movedMirrors(
  registry: string,
  target: string,
  before: MirrorList | undefined,
  after: MirrorList,
): MovedMirrors | undefined {
  const [old, now] = [urlsOf(registry, target, before), urlsOf(registry, target, after)]
  if (old === undefined || now === undefined) return undefined
  const stay = (urls: readonly string[], others: readonly string[]) =>
    urls.filter(url => others.includes(url))
  return {
    removed: old.filter(url => !now.includes(url)),
    returned: now.filter(url => !old.includes(url)),
    isReordered: stay(old, now).join() !== stay(now, old).join(),
  }
}

function urlsOf(name: string, target: string, list: MirrorList | undefined): readonly string[] | undefined {
  const registry = list && registriesFor(list, target).find(one => one.name === name)
  return registry?.mirrors.map(({ base }) => baseUrl(base))
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
