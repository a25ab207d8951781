/** The tables of a node without those of regmirror. Pure. */
import { isParsed, type RegistryTable } from '../files/config-file.ts'
import { loadOrder, mergedTables } from '../files/load-order.ts'
import { findTable } from '../files/match.ts'
import { type Loading, loadingsOf } from '../release.ts'
import type { Snapshot } from '../snapshot.ts'

type Files = Pick<Snapshot, 'files' | 'places' | 'release'>

/** As one order of files has them. */
function otherTables({ files, places }: Files, loading: Loading): readonly RegistryTable[] {
  return mergedTables(
    loadOrder(
      files.filter(({ path }) => path !== places.dropIn),
      loading,
    ),
  )
}

/** In any order that is possible here, each once. */
export function allOtherTables(snapshot: Files): readonly RegistryTable[] {
  return [...new Set(loadingsOf(snapshot.release).flatMap(loading => otherTables(snapshot, loading)))]
}

/** The tables that a pull of a registry would use without those of regmirror: more than one where the order matters. */
export function formerTables(snapshot: Files, name: string): readonly RegistryTable[] {
  const found = loadingsOf(snapshot.release).map(loading => findTable(otherTables(snapshot, loading), name))
  return [...new Set(found)].filter(table => table !== undefined)
}

/** The registries that already have a table of regmirror on this node. */
export function ownNames({ files, places, written }: Files & Pick<Snapshot, 'written'>): ReadonlySet<string> {
  const parsed = files.find(({ path }) => path === places.dropIn)?.parsed
  if (parsed === undefined || !isParsed(parsed) || !written.includes(places.dropIn)) return new Set()
  return new Set(parsed.tables.map(({ prefix }) => prefix))
}

/** `/etc/containers/registries.conf:12`. */
export function placeOf({ file, line }: Pick<RegistryTable, 'file' | 'line'>): string {
  return line === undefined ? file : `${file}:${line}`
}
