/** The registries and mirrors of a value that may not be a valid list. Pure. */
import { isTable } from '../../formats/is-table.ts'
import { normalizeRegistryName } from '../values/registry-name.ts'
import {
  type ConnectionEntry,
  type MirrorEntry,
  mirrorEntries,
  serverEntry,
  type WrittenDefaults,
  type WrittenRegistry,
} from '../written.ts'
import type { RegistryEntry } from './rule.ts'
import type { IsValid } from './validity.ts'

/** Everything in a list that rules are about. */
export interface Entries {
  readonly registries: readonly RegistryEntry[]
  readonly mirrors: readonly MirrorEntry[]
  /** `[defaults]`, servers and mirrors. */
  readonly connections: readonly ConnectionEntry[]
}

export function findEntries(value: unknown, isValid: IsValid): Entries {
  const registries = findRegistries(value, isValid)
  // What is neither a url nor a table is left out.
  const mirrors = registries.flatMap(entry => entry.mirrors).filter(({ mirror }) => isTable(mirror))
  return { registries, mirrors, connections: findConnections(value, registries, mirrors) }
}

function findRegistries(value: unknown, isValid: IsValid): readonly RegistryEntry[] {
  if (!isTable(value) || !isTable(value.registries)) return []
  const defaults = isValid(['defaults']) ? (value.defaults as WrittenDefaults | undefined) : undefined
  const keys = new Map<string, string>()
  return Object.entries(value.registries).map(([key, written]) => {
    const path = ['registries', key]
    const registry: WrittenRegistry = isTable(written) ? written : {}
    const mirrors = Array.isArray(registry.mirrors) ? mirrorEntries(path, registry) : []
    const server = serverEntry(path, registry)
    const name = normalizeRegistryName(key)
    const twin = keys.get(name)
    if (twin === undefined) keys.set(name, key)
    return { key, path, registry, server, mirrors, name, twin, defaults }
  })
}

function findConnections(
  value: unknown,
  registries: readonly RegistryEntry[],
  mirrors: readonly MirrorEntry[],
): readonly ConnectionEntry[] {
  const defaults = isTable(value) && isTable(value.defaults) ? value.defaults : {}
  const servers = registries.flatMap(({ server }) => server ?? [])
  return [
    { path: ['defaults'], written: defaults },
    ...servers.map(({ path, server }) => ({ path, written: server })),
    ...mirrors.map(({ path, mirror }) => ({ path, written: mirror })),
  ].filter(({ written }) => isTable(written))
}
