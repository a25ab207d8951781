/** Which files are read, in which order, and the tables that result. Pure. */
import path from 'node:path'
import type { Loading } from '../release.ts'
import { type ConfigFile, isParsed, type Layer, type RegistryTable } from './config-file.ts'

const LAYERS: readonly Layer[] = ['vendor', 'system', 'user']

/** In the order in which they are merged: a later table replaces an earlier one with the same prefix. */
export function loadOrder(files: readonly ConfigFile[], loading: Loading): readonly ConfigFile[] {
  const main = mainFile(files, loading)
  const dropIns = files.filter(file => file.kind === 'drop_in')
  const read = loading === 'by_name' ? orderByName(dropIns) : orderByDirectory(dropIns, main)
  return main === undefined ? read : [main, ...read]
}

/** The main file of the user hides that of the system; up to Podman 5 there is none of the vendor. */
export function mainFile(files: readonly ConfigFile[], loading: Loading): ConfigFile | undefined {
  const mains = files.filter(file => file.kind === 'main' && file.text !== undefined)
  const of = (layer: Layer) => mains.find(file => file.layer === layer)
  return of('user') ?? of('system') ?? (loading === 'by_name' ? of('vendor') : undefined)
}

/** Where the user has a main file, only the drop-ins of the user are read (newConfigWrapperWithHomeDir@image/v5.39.2). */
function orderByDirectory(
  dropIns: readonly ConfigFile[],
  main: ConfigFile | undefined,
): readonly ConfigFile[] {
  const layers: readonly Layer[] = main?.layer === 'user' ? ['user'] : ['system', 'user']
  return layers.flatMap(layer =>
    dropIns.filter(file => file.layer === layer && isUsual(file)).toSorted(byPath),
  )
}

/** Directories for root or for other users alone are of Podman 6. */
function isUsual(file: ConfigFile): boolean {
  return path.posix.basename(path.posix.dirname(file.path)) === 'registries.conf.d'
}

/** Of two files with one name, the one of the later directory is read; links are not (readDropIns, storage/pkg/configfile/parse.go). */
function orderByName(dropIns: readonly ConfigFile[]): readonly ConfigFile[] {
  const byName = new Map<string, ConfigFile>()
  for (const layer of LAYERS)
    for (const file of dropIns)
      if (file.layer === layer && !file.isLink) byName.set(path.posix.basename(file.path), file)
  return [...byName].toSorted(([a], [b]) => compare(a, b)).map(([, file]) => file)
}

function byPath(a: ConfigFile, b: ConfigFile): number {
  return compare(a.path, b.path)
}

/** As Go compares strings: by bytes. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** The tables of these files: of each prefix, the one of the last file. */
export function mergedTables(files: readonly ConfigFile[]): readonly RegistryTable[] {
  const byPrefix = new Map<string, RegistryTable>()
  for (const { parsed } of files)
    if (isParsed(parsed)) for (const table of parsed.tables) byPrefix.set(table.prefix, table)
  return [...byPrefix.values()]
}
