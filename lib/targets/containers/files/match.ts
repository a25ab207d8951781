/** Which table a pull uses (refMatchingPrefix, findRegistryWithParsedConfig, sysregistriesv2@image/v5.39.2). Pure. */
import type { RegistryTable } from './config-file.ts'

/** The length of the start of `name` that the prefix stands for; undefined where it does not match. */
export function matchedLength(name: string, prefix: string): number | undefined {
  const end = prefix.startsWith('*.') ? endOfSubdomain(name, prefix) : endOfPrefix(name, prefix)
  if (end === undefined) return undefined
  // `registry.example` matches `registry.example:5000` too.
  return end === name.length || ':/@'.includes(name.charAt(end)) ? end : undefined
}

function endOfSubdomain(name: string, prefix: string): number | undefined {
  const domain = prefix.slice(1)
  const start = name.indexOf(domain)
  return start === -1 || name.slice(0, start).includes('/') ? undefined : start + domain.length
}

function endOfPrefix(name: string, prefix: string): number | undefined {
  return name.startsWith(prefix) ? prefix.length : undefined
}

/** The table with the longest prefix; of two of one length, the one whose prefix is sorted first. */
export function findTable(tables: readonly RegistryTable[], name: string): RegistryTable | undefined {
  let best: RegistryTable | undefined
  for (const table of tables) {
    if (matchedLength(name, table.prefix) === undefined) continue
    const [length, known] = [table.prefix.length, best?.prefix.length ?? 0]
    const isFirst = best !== undefined && length === known && table.prefix < best.prefix
    if (length > known || isFirst) best = table
  }
  return best
}
