/** Mirrors that a pull skips, because a table blocks their host. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { RegistryTable } from '../files/config-file.ts'
import { findTable } from '../files/match.ts'
import { mirrorEndpoints } from './locations.ts'
import { placeOf } from './other-tables.ts'
import { headOf, type Replacing } from './tables.ts'

/**
 * Each location is looked up as if it were the registry of the pull, for `blocked` alone (newDockerClient,
 * image/docker/docker_client.go@image/v5.39.2). `others`: the tables of other files.
 */
export function blockedMirrors(
  tables: readonly Replacing[],
  others: readonly RegistryTable[],
): readonly Issue[] {
  const own = tables.map(one => ({ ...NONE, ...headOf(one) }))
  const names = new Set(own.map(({ prefix }) => prefix))
  const all = [...own, ...others.filter(({ prefix }) => !names.has(prefix))]
  return tables.flatMap(({ registry }) =>
    mirrorEndpoints(registry).flatMap(({ location, connection: { place } }) => {
      const table = findTable(all, `${location}/any`)
      if (!table?.blocked) return []
      const by = table.file === '' ? `fallback = false of ${table.prefix}` : placeOf(table)
      const message = `pulls of ${registry.name} would not use the mirror ${location}: ${by} blocks that host`
      const hint =
        table.file === ''
          ? `remove fallback = false of ${table.prefix}, or the mirror`
          : 'remove the mirror, or that table'
      return [{ file: place.file, line: place.line, column: place.column, message, hint }]
    }),
  )
}

const NONE = { file: '', digestOnly: false, mirrors: [] }
