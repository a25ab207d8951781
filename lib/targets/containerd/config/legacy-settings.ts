/** The older tables of CRI with mirrors, certificates and credentials that are in effect. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { isTable } from '../../../formats/is-table.ts'
import type { Release } from '../../release.ts'
import type { TablePath } from './config-toml.ts'
import { effectiveRegistry, type Section, type Setting, valueAt } from './merge.ts'
import type { ParsedConfig } from './parsed-config.ts'

export interface LegacySettings {
  readonly mirrors: readonly Setting[]
  /** `configs.<host>.tls`. */
  readonly tls: readonly Setting[]
  /** `configs.<host>.auth`, which containerd still reads beside config_path. */
  readonly auth: readonly Setting[]
}

/** In any of these releases; each once. */
export function legacySettings(files: readonly ParsedConfig[], readers: readonly Release[]): LegacySettings {
  const all = readers.map(reader => effectiveRegistry(files, reader))
  return {
    mirrors: eachOnce(all.flatMap(({ mirrors }) => mirrors)),
    tls: eachOnce(all.flatMap(({ tls }) => tls)),
    auth: eachOnce(all.flatMap(({ sections }) => sections.flatMap(authIn))),
  }
}

function authIn({ file, table }: Section): readonly Setting[] {
  const configs = valueAt(file, [...table, 'configs'])
  return Object.entries(isTable(configs) ? configs : {}).flatMap(([host, entry]) =>
    isTable(entry) && isTable(entry.auth)
      ? [{ file, path: [...table, 'configs', host, 'auth'], value: entry.auth }]
      : [],
  )
}

function eachOnce(settings: readonly Setting[]): readonly Setting[] {
  return settings.filter((setting, i) => settings.findIndex(isSameAs(setting)) === i)
}

function isSameAs({ file, path }: Setting): (other: Setting) => boolean {
  return other => other.file === file && isDeepStrictEqual(other.path, path)
}

/** `registry.configs` and what is below it have paths of at least this length. */
const CONFIGS = 4

/** The tables to remove from a file. A table above them goes with them where nothing else is in it. */
export function tablesOf(settings: readonly Setting[], file: ParsedConfig): readonly TablePath[] {
  const paths = settings.filter(setting => setting.file === file).map(({ path }) => path)
  const isGone = (at: TablePath): boolean => {
    if (paths.some(path => isDeepStrictEqual(path, at))) return true
    const value = valueAt(file, at)
    return isTable(value) && Object.keys(value).every(key => isGone([...at, key]))
  }
  const highest = (path: TablePath): TablePath => {
    const above = path.slice(0, -1)
    return above.length >= CONFIGS && isGone(above) ? highest(above) : path
  }
  const tables = paths.map(highest)
  return tables.filter((path, i) => tables.findIndex(other => isDeepStrictEqual(other, path)) === i)
}
