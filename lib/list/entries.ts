/** The registries and mirrors of a value that may not be a valid list. Pure. */
import { isTable } from '../formats/is-table.ts'
import type { Path } from '../model/problem.ts'
import { isRefused, type Refused } from '../model/refused.ts'
import { type MirrorEntry, mirrorEntries, type ServerEntry, serverEntry } from './endpoint-entries.ts'
import type { IsValid } from './rules/validity.ts'
import { parseRegistryName } from './values/registry-name.ts'
import type { ConnectionEntry, WrittenDefaults, WrittenRegistry } from './written.ts'

/** Everything in a list that the stages after its schema are about. */
export interface Entries {
  readonly registries: readonly RegistryEntry[]
  readonly mirrors: readonly MirrorEntry[]
  /** `[defaults]`, servers and mirrors, but for those that are only a url. */
  readonly connections: readonly ConnectionEntry[]
}

export interface RegistryEntry {
  readonly key: string
  readonly path: Path
  readonly written: WrittenRegistry
  readonly server: ServerEntry | undefined
  readonly mirrors: readonly MirrorEntry[]
  /** As runtimes look it up; the key itself where it names no registry. */
  readonly name: string
  /** Why the key names no registry. */
  readonly refused: Refused | undefined
  /** An earlier key for the same registry. */
  readonly twin: string | undefined
  /** The defaults of its mirrors; undefined where their shape is wrong. */
  readonly defaults: WrittenDefaults | undefined
}

export function findEntries(value: unknown, isValid: IsValid): Entries {
  const registries = findRegistries(value, isValid)
  // What is neither a url nor a table is left out.
  const mirrors = registries.flatMap(entry => entry.mirrors).filter(({ written }) => isTable(written))
  return { registries, mirrors, connections: findConnections(value, registries, mirrors) }
}

function findRegistries(value: unknown, isValid: IsValid): readonly RegistryEntry[] {
  if (!isTable(value) || !isTable(value.registries)) return []
  const defaults = isValid(['defaults']) ? (value.defaults as WrittenDefaults | undefined) : undefined
  const keys = new Map<string, string>()
  return Object.entries(value.registries).map(([key, registry]) => {
    const path = ['registries', key]
    const written: WrittenRegistry = isTable(registry) ? registry : {}
    const mirrors = Array.isArray(written.mirrors) ? mirrorEntries(path, written) : []
    const server = serverEntry(path, written)
    const parsed = parseRegistryName(key)
    const refused = isRefused(parsed) ? parsed : undefined
    const name = isRefused(parsed) ? key : parsed.name
    const twin = keys.get(name)
    if (twin === undefined) keys.set(name, key)
    return { key, path, written, server, mirrors, name, refused, twin, defaults }
  })
}

function findConnections(
  value: unknown,
  registries: readonly RegistryEntry[],
  mirrors: readonly MirrorEntry[],
): readonly ConnectionEntry[] {
  const defaults = isTable(value) && isTable(value.defaults) ? value.defaults : {}
  const servers = registries.flatMap(({ server }) => server ?? [])
  return [{ path: ['defaults'], written: defaults }, ...servers.filter(isMore), ...mirrors.filter(isMore)]
}

/** Whether there is more than a url: most mirrors of a large list are not. */
function isMore({ written }: ConnectionEntry): boolean {
  return isTable(written) && Object.keys(written).some(key => key !== 'url')
}
