/** Why config_path has no effect: also where a file sets it, and another file or its table keeps it from counting. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Release } from '../../release.ts'
import { type TablePath, V1, V2, V3 } from '../config/config-toml.ts'
import { ignoredTables } from '../config/ignored-tables.ts'
import { type EffectiveRegistry, placeOfSetting, valueAt } from '../config/merge.ts'
import type { ParsedConfig } from '../config/parsed-config.ts'
import type { Snapshot } from '../snapshot.ts'

interface Read {
  readonly snapshot: Snapshot
  readonly registry: EffectiveRegistry
  /** Those that this release reads. */
  readonly files: readonly ParsedConfig[]
  readonly reader: Release
}

export function unsetConfigPath(read: Read): Issue {
  const consequence = 'containerd reads no hosts.toml'
  const { hostsDir, config } = read.snapshot
  const { configPath } = read.registry
  const place = configPath === undefined ? { file: config.path } : placeOfSetting(configPath)
  const message = `config_path is ${configPath === undefined ? 'not set' : 'empty'}: ${consequence}`
  return lostConfigPath(read, consequence) ?? { ...place, message, hint: `set config_path = "${hostsDir}"` }
}

/** Where a directory is written that does not count, unless it is `still` read all the same. */
export function lostConfigPath(
  read: Read,
  consequence: string,
  still: readonly string[] = [],
): Issue | undefined {
  const lost = overridden(read) ?? replaced(read) ?? misplaced(read)
  if (lost === undefined || still.includes(lost.value)) return undefined
  const { value: _, message, ...rest } = lost
  return { ...rest, message: `${message}: ${consequence}` }
}

type Lost = (Issue & { readonly value: string }) | undefined

/** A later file sets it to nothing. */
function overridden({ registry: { configPath, sections } }: Read): Lost {
  if (configPath?.value !== '') return undefined
  const before = sections
    .filter(({ file }) => file !== configPath.file)
    .flatMap(({ file, table }) => writtenIn(file, table))
    .at(-1)
  if (before === undefined) return undefined
  const { value, file } = before
  return {
    ...{ ...placeOfSetting(configPath), value },
    message: `sets config_path to "", after ${file.path} sets it to ${JSON.stringify(value)}`,
    hint: `remove config_path from ${configPath.file.path}`,
  }
}

/** 1.x takes the whole CRI section from the last file that has one. */
function replaced({ registry: { configPath, sections }, files, reader }: Read): Lost {
  const [last] = sections
  if (reader.major > 1 || configPath !== undefined || last === undefined) return undefined
  const before = files.flatMap(file => writtenIn(file, last.table)).at(-1)
  if (before === undefined) return undefined
  const { value, file } = before
  return {
    ...{ file: last.file.path, line: 1, value },
    message: `replaces the whole CRI section of ${file.path}, including config_path`,
    hint: `move the settings of this file into ${file.path}, and remove it`,
  }
}

/** It is in a table that does not count in a file of that version. */
function misplaced({ snapshot, files, reader }: Read): Lost {
  const tables = ignoredTables({ ...snapshot, files, generation: reader })
  const found = tables.flatMap(({ file, names, line, table, version, instead }) => {
    const written = files
      .filter(({ path }) => path === file)
      .flatMap(one => TABLES.flatMap(at => writtenIn(one, at)))
    const message = `${table} is not a table of a file of version ${version}, so config_path has no effect`
    return names.includes('registry')
      ? written.map(({ value }) => ({ file, line, value, message, hint: `use ${instead}` }))
      : []
  })
  return found[0]
}

const TABLES = [V1, V2, V3]

interface Written {
  readonly value: string
  readonly file: ParsedConfig
}

function writtenIn(file: ParsedConfig, table: TablePath): readonly Written[] {
  const value = valueAt(file, [...table, 'config_path'])
  return typeof value === 'string' && value !== '' ? [{ value, file }] : []
}
