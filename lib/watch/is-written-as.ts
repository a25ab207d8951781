/** Whether two lists are written as the same files. Pure. */
import type { MirrorList, Registry } from '../model/registry.ts'

/** Mostly the registries are the same objects: a list is selected at every turn, and only a change makes new ones. */
export function isWrittenAs(one: MirrorList, other: MirrorList): boolean {
  return (
    one.registries.length === other.registries.length &&
    one.registries.every((registry, i) => isSame(registry, other.registries[i])) &&
    (one.targets === other.targets || JSON.stringify(one.targets) === JSON.stringify(other.targets))
  )
}

function isSame(one: Registry, other: Registry | undefined): boolean {
  return one === other || (other !== undefined && contentOf(one) === contentOf(other))
}

/** Where it stands in the list changes nothing. No header is called `place`: their names have a capital letter. */
function contentOf(registry: Registry): string {
  return JSON.stringify(registry, (key, value) => (key === 'place' ? undefined : value))
}
