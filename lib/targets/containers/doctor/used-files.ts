/** The files that pulls read here, and their tables. Pure. */
import { type ConfigFile, isParsed, type RegistryTable } from '../files/config-file.ts'
import { loadOrder, mergedTables } from '../files/load-order.ts'
import { loadingsOf } from '../release.ts'
import type { Snapshot } from '../snapshot.ts'

/** In the order in which they are merged, by the oldest release that may run. */
export function usedFiles({ files, release }: Pick<Snapshot, 'files' | 'release'>): readonly ConfigFile[] {
  return loadOrder(files, loadingsOf(release)[0])
}

/** Those that are not replaced. */
export function usedTables(snapshot: Pick<Snapshot, 'files' | 'release'>): readonly RegistryTable[] {
  return mergedTables(usedFiles(snapshot))
}

/** All of them, in the order of the files. */
export function tablesOf(files: readonly ConfigFile[]): readonly RegistryTable[] {
  return files.flatMap(({ parsed }) => (isParsed(parsed) ? parsed.tables : []))
}

/** Where a table stands, and its registry. */
export function placeIn({ file, line, prefix }: RegistryTable) {
  return { file, ...(line !== undefined && { line }), registry: prefix }
}
