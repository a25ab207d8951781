/** Whether two lists are written as the same files. Pure. */
import type { MirrorList, Registry } from '../model/registry.ts'
import { registriesFor } from '../model/target-registries.ts'

/** Mostly the registries are the same objects: a list is selected at every turn, and only a change makes new ones. */
export function isWrittenAs(one: MirrorList, other: MirrorList): boolean {
  const names = Object.keys({ ...one.byTarget, ...other.byTarget })
  return (
    areSame(one.registries, other.registries) &&
    names.every(name => areSame(registriesFor(one, name), registriesFor(other, name))) &&
    (one.targets === other.targets || JSON.stringify(one.targets) === JSON.stringify(other.targets))
  )
}

function areSame(some: readonly Registry[], others: readonly Registry[]): boolean {
  return some.length === others.length && some.every((registry, i) => isSame(registry, others[i]))
}

function isSame(one: Registry, other: Registry | undefined): boolean {
  return one === other || (other !== undefined && contentOf(one) === contentOf(other))
}

/** Where it stands in the list changes nothing. No header is called `place`: their names have a capital letter. */
function contentOf(registry: Registry): string {
  return JSON.stringify(registry, (key, value) => (key === 'place' ? undefined : value))
}
