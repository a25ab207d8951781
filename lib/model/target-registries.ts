/** What each target of a list has of it. Pure. */
import type { MirrorList, Registry } from './registry.ts'

/** The registries that a target gets, as far as it can express them. */
export interface TargetRegistries {
  /** As the list names it. */
  readonly name: string
  readonly registries: readonly Registry[]
}

const indexes = new WeakMap<readonly Registry[], ReadonlyMap<string, Registry>>()

/** The registry of this name that a target has. */
export function registryOf({ registries }: TargetRegistries, name: string): Registry | undefined {
  const index = indexes.get(registries) ?? new Map(registries.map(registry => [registry.name, registry]))
  indexes.set(registries, index)
  return index.get(name)
}

/** The registries that a target gets. */
export function registriesFor(
  { registries, byTarget }: Pick<MirrorList, 'registries' | 'byTarget'>,
  name: string,
): readonly Registry[] {
  const own = byTarget?.[name] ?? registries
  return own.filter(({ targets }) => targets === undefined || targets.includes(name))
}

/** The registries that one of these targets gets. */
export function registriesForAny(
  { registries }: Pick<MirrorList, 'registries'>,
  names: readonly string[],
): readonly Registry[] {
  return registries.filter(({ targets }) => targets?.some(name => names.includes(name)) ?? true)
}

/**
 * A list whose registries are changed for each target: `change` makes of a registry, as the target gets it, what this
 * target has from now on. Where that is the same for all, the list has it once.
 */
export function changeForTargets(
  list: MirrorList,
  names: readonly string[],
  change: (registry: Registry, target: string) => Registry,
): MirrorList {
  const [first, ...others] = names
  if (first === undefined) return list
  const changed = (name: string) =>
    new Map(registriesFor(list, name).map(registry => [registry.name, change(registry, name)]))
  const common = changed(first)
  const registries = list.registries.map(registry => common.get(registry.name) ?? registry)
  const differing = others.flatMap(name => {
    const own = changed(name)
    const all = registries.map(registry => own.get(registry.name) ?? registry)
    return all.every((registry, i) => hasSameMirrors(registry, registries[i])) ? [] : [[name, all] as const]
  })
  const { byTarget: _, ...rest } = list
  return { ...rest, registries, ...(differing.length > 0 && { byTarget: Object.fromEntries(differing) }) }
}

/** Mirrors are the same objects in every list that is made of one. */
function hasSameMirrors(one: Registry, other: Registry | undefined): boolean {
  return (
    one === other ||
    (one.mirrors.length === other?.mirrors.length &&
      one.mirrors.every((mirror, i) => mirror === other.mirrors[i]))
  )
}
