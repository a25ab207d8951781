/**
 * What a schema cannot say. Every rule is a small named function; all of them run, each on what has the right
 * shape, so that a person sees everything at once. Pure.
 */

import { isTable } from '../../formats/tables.ts'
import type { Path, Problem } from '../../model/problem.ts'
import type { SchemaProblem } from '../schema/schema.ts'
import { isRefused } from '../values/refused.ts'
import { parseRegistryName } from '../values/registry-name.ts'
import {
  type MirrorEntry,
  mirrorEntries,
  pathKey,
  type WrittenDefaults,
  type WrittenList,
  type WrittenRegistry,
} from '../written.ts'
import { mirrorRules } from './mirror.ts'
import { registryRules } from './registry.ts'
import type { RegistryEntry, Rule } from './rule.ts'
import { settingRules } from './settings.ts'

/** Every rule by its name. */
export const rules = { ...settingRules, ...registryRules, ...mirrorRules }

/** Whether the value at a path, if there is one, has the right shape with everything in it. */
export type Sound = (path: Path) => boolean

export function soundness(problems: readonly SchemaProblem[]): Sound {
  const unsound = new Set<string>()
  for (const { path, about, atKey } of problems) {
    for (let i = 0; i <= path.length; i++) unsound.add(pathKey(path.slice(0, i)))
    if (about !== undefined) unsound.add(pathKey([...(atKey ? path.slice(0, -1) : path), about]))
  }
  return path => !unsound.has(pathKey(path))
}

/** All that the rules find in a list of which `sound` says what may be read. */
export function checkRules(value: unknown, sound: Sound): readonly Problem[] {
  const list = value as WrittenList
  const registries = registryEntries(value, sound)
  return [
    ...(isTable(value) ? run(settingRules, [], list, sound) : []),
    ...registries.flatMap(entry => run(registryRules, entry.path, entry, sound)),
    ...soundMirrors(value, sound).flatMap(entry => run(mirrorRules, entry.path, entry, sound)),
  ]
}

/** The registries of a value that need not be a list. */
function registryEntries(value: unknown, sound: Sound): RegistryEntry[] {
  if (!isTable(value) || !isTable(value.registries)) return []
  const defaults = sound(['defaults']) ? (value.defaults as WrittenDefaults | undefined) : undefined
  const keys = new Map<string, string>()
  return Object.entries(value.registries).map(([key, written]) => {
    const path = ['registries', key]
    const registry: WrittenRegistry = isTable(written) ? written : {}
    const mirrors = Array.isArray(registry.mirrors) ? mirrorEntries(path, registry) : []
    const name = nameOf(key)
    const twin = keys.get(name)
    if (twin === undefined) keys.set(name, key)
    return { key, path, registry, mirrors, name, twin, defaults }
  })
}

function nameOf(key: string): string {
  const parsed = parseRegistryName(key)
  return isRefused(parsed) ? key : parsed.name
}

/** The mirrors of a value that need not be a list; what is neither a url nor a table is left out. */
export function soundMirrors(value: unknown, sound: Sound): MirrorEntry[] {
  return registryEntries(value, sound)
    .flatMap(entry => entry.mirrors)
    .filter(({ mirror }) => isTable(mirror))
}

function run<T>(table: Readonly<Record<string, Rule<T>>>, path: Path, subject: T, sound: Sound): Problem[] {
  return Object.values(table)
    .filter(rule => rule.needs.every(key => sound([...path, key])))
    .flatMap(rule => rule.check(subject))
}
