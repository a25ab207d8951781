/** What a write does with the mirrors of a registry. Pure. */
import { listUrl } from '../model/list-url.ts'
import { baseUrl, type MirrorList } from '../model/registry.ts'

/** API bases, as in every report. */
export interface MovedMirrors {
  readonly removed: readonly string[]
  readonly returned: readonly string[]
  /** Whether those that stay have another order. */
  readonly isReordered: boolean
}

export function movedMirrors(
  registry: string,
  before: MirrorList | undefined,
  after: MirrorList,
): MovedMirrors | undefined {
  const [old, now] = [urlsOf(registry, before), urlsOf(registry, after)]
  if (old === undefined || now === undefined) return undefined
  const stay = (urls: readonly string[], others: readonly string[]) =>
    urls.filter(url => others.includes(url))
  return {
    removed: old.filter(url => !now.includes(url)),
    returned: now.filter(url => !old.includes(url)),
    isReordered: stay(old, now).join() !== stay(now, old).join(),
  }
}

function urlsOf(name: string, list: MirrorList | undefined): readonly string[] | undefined {
  const registry = list?.registries.find(one => one.name === name)
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
