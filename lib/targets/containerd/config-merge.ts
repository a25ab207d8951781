/** What is in effect for CRI once containerd has merged config.toml and its imports. Pure. */
import { isTable } from '../../formats/tables.ts'
import { locateToml } from '../../formats/toml/ast.ts'
import { type TablePath, V1, V2, V3 } from './config-toml.ts'
import { atLeast, type Generation } from './generation.ts'
import type { ParsedConfig } from './parsed-config.ts'

/** A value and where it stands. */
export interface Setting {
  readonly value: unknown
  readonly file: ParsedConfig
  /** The full key path. */
  readonly path: TablePath
}

/** A registry table of a file. */
export interface Section {
  readonly file: ParsedConfig
  readonly table: TablePath
}

/** The registry table that CRI ends up with, and what in it cannot stand beside `config_path`. */
export interface EffectiveRegistry {
  /** What it is merged from; later ones override. */
  readonly sections: readonly Section[]
  readonly configPath: Setting | undefined
  readonly mirrors: readonly Setting[]
  readonly tls: readonly Setting[]
}

/** Where a setting stands, for an issue or a notice. */
export function placeOfSetting(setting: Omit<Setting, 'value'>): {
  file: string
  line: number
  column: number
} {
  const place = locateToml(setting.file.ast, setting.path) ?? { line: 1, column: 1 }
  return { file: setting.file.path, ...place }
}

/** What one containerd makes of the files. */
export function effectiveRegistry(files: readonly ParsedConfig[], generation: Generation): EffectiveRegistry {
  const sections = sectionsInEffect(files, generation)
  const settings = (key: string) => sections.flatMap(section => settingsNamed(section, key, generation))
  return {
    sections,
    configPath: settings('config_path').at(-1),
    mirrors: settings('mirrors').filter(({ value }) => isTable(value) && Object.keys(value).length > 0),
    tls: settings('configs').flatMap(setting => tlsSettings(setting, generation)),
  }
}

/** What each containerd makes of the files that it reads. */
export function effectiveRegistries(now: {
  readonly files: readonly ParsedConfig[]
  readonly older: { readonly files: readonly ParsedConfig[] } | undefined
  readonly readers: readonly Generation[]
}): readonly EffectiveRegistry[] {
  const { files, older, readers } = now
  const old = older === undefined ? [] : readers.filter(({ major }) => major < 2)
  return [
    ...readers.map(reader => effectiveRegistry(files, reader)),
    ...old.map(reader => effectiveRegistry(older?.files ?? [], reader)),
  ]
}

function sectionsInEffect(files: readonly ParsedConfig[], generation: Generation): readonly Section[] {
  if (generation.major < 2) return lastSection(files)
  if (atLeast(generation, '2.3.0')) return files.flatMap(file => migrated([file], file.version !== 4))
  const version = files.findLast(file => versionOf(file) > 1)?.version
  return migrated(files, version === 2)
}

/**
 * 1.x takes a plugin's whole section from the last file that has one, and for all files the last version that one
 * of them gives (services/server/config/config.go:290-308@v1.7.24).
 */
function lastSection(files: readonly ParsedConfig[]): readonly Section[] {
  const table = (files.findLast(file => file.version)?.version ?? 1) === 1 ? V1 : V2
  const speaking = files.filter(file => valueAt(file, table.slice(0, -1)) !== undefined)
  return speaking.slice(-1).map(file => ({ file, table }))
}

/**
 * 2.x merges deeply. It moves the registry table of version 2 to where version 3 has it, which replaces what stands
 * there (plugins/cri/images/plugin.go:212-227@v2.3.4): since 2.3 in each file before the merge, up to 2.2 in the
 * merged ones and only if version 2 was the last one given. Plugins of a file below version 2 are renamed first
 * (v1Migrate, cmd/containerd/server/config/config.go:189@v2.1.9).
 */
function migrated(files: readonly ParsedConfig[], moved: boolean): readonly Section[] {
  const old = files.flatMap(file => sectionsOf(file, versionOf(file) < 2 ? [V1, V2] : [V2]))
  return moved && old.length > 0 ? old : files.flatMap(file => sectionsOf(file, [V3]))
}

function sectionsOf(file: ParsedConfig, tables: readonly TablePath[]): readonly Section[] {
  return tables.filter(table => valueAt(file, table) !== undefined).map(table => ({ file, table }))
}

function versionOf(file: ParsedConfig): number {
  return file.version ?? 1
}

/** A key of a section, in every spelling that this containerd reads; the last one wins. */
function settingsNamed({ file, table }: Section, key: string, reader: Generation): readonly Setting[] {
  const registry = valueAt(file, table)
  if (!isTable(registry)) return []
  return spellings(registry, key, reader).map(name => ({
    value: registry[name],
    file,
    path: [...table, name],
  }))
}

/**
 * The names under which a containerd finds a key: 2.x in any case, the exact one above the others, 1.x exactly or else in
 * capitals (github.com/pelletier/go-toml v2 and v1, marshal.go:770@v1.9.5).
 */
function spellings(
  table: Readonly<Record<string, unknown>>,
  key: string,
  { major }: Generation,
): readonly string[] {
  if (major < 2) return [key, key.toUpperCase()].filter(name => Object.hasOwn(table, name)).slice(0, 1)
  const names = Object.keys(table).filter(name => name.toLowerCase() === key)
  return names.sort(name => (name === key ? 1 : -1))
}

/** Every `configs.<registry>.tls`, empty or not: that it is there is what counts (pkg/cri/config/config.go:524@v1.7.24). */
function tlsSettings(setting: Setting, reader: Generation): readonly Setting[] {
  if (!isTable(setting.value)) return []
  return Object.entries(setting.value).flatMap(([registry, entry]) =>
    isTable(entry)
      ? spellings(entry, 'tls', reader).map(name => ({
          ...setting,
          value: entry[name],
          path: [...setting.path, registry, name],
        }))
      : [],
  )
}

/** What stands at a path of a file. */
export function valueAt(file: ParsedConfig, path: TablePath): unknown {
  let here: unknown = file.value
  for (const part of path) {
    if (!isTable(here) || !Object.hasOwn(here, part)) return undefined
    here = here[part]
  }
  return here
}
