/** The settings of CRI after containerd has merged config.toml and its imports. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { locateToml } from '../../../formats/toml/locations.ts'
import { atLeast, type Release } from '../../release.ts'
import { type TablePath, V1, V2, V3 } from './config-toml.ts'
import type { ParsedConfig } from './parsed-config.ts'

/** A value and its place. */
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

/** The registry table of CRI after the merge, and what in it is not allowed beside `config_path`. */
export interface EffectiveRegistry {
  /** The tables that it is merged from; later ones override. */
  readonly sections: readonly Section[]
  readonly configPath: Setting | undefined
  readonly mirrors: readonly Setting[]
  readonly tls: readonly Setting[]
}

/** The entries of a table, each as a setting of its own. */
export function entriesOf(setting: Setting): readonly Setting[] {
  const { value } = setting
  if (!isTable(value)) return []
  return Object.keys(value).map(name => ({ ...setting, value: value[name], path: [...setting.path, name] }))
}

/** For an issue or a notice. */
export function placeOfSetting(setting: Omit<Setting, 'value'>): {
  file: string
  line: number
  column: number
} {
  const place = locateToml(setting.file.tree(), setting.path) ?? { line: 1, column: 1 }
  return { file: setting.file.path, ...place }
}

/** The result of one release. */
export function effectiveRegistry(files: readonly ParsedConfig[], generation: Release): EffectiveRegistry {
  const sections = sectionsInEffect(files, generation)
  const settings = (key: string) => sections.flatMap(section => settingsNamed(section, key, generation))
  return {
    sections,
    configPath: settings('config_path').at(-1),
    mirrors: settings('mirrors').filter(({ value }) => isTable(value) && Object.keys(value).length > 0),
    tls: settings('configs').flatMap(setting => tlsSettings(setting, generation)),
  }
}

/** The result of each release for the files that it reads. */
export function effectiveRegistries(snapshot: {
  readonly files: readonly ParsedConfig[]
  readonly older: { readonly files: readonly ParsedConfig[] } | undefined
  readonly dropIns: { readonly files: readonly ParsedConfig[] } | undefined
  readonly readers: readonly Release[]
}): readonly EffectiveRegistry[] {
  const { files, older, dropIns, readers } = snapshot
  const old = older === undefined ? [] : readers.filter(({ major }) => major < 2)
  return [
    ...readers.map(reader => effectiveRegistry(files, reader)),
    ...old.map(reader => effectiveRegistry(older?.files ?? [], reader)),
    ...(dropIns === undefined ? [] : readers.map(reader => effectiveRegistry(dropIns.files, reader))),
  ]
}

function sectionsInEffect(files: readonly ParsedConfig[], generation: Release): readonly Section[] {
  if (generation.major < 2) return lastSection(files)
  if (atLeast(generation, '2.3.0')) return files.flatMap(file => migrated([file], file.version !== 4))
  const version = files.findLast(file => versionOf(file) > 1)?.version
  return migrated(files, version === 2)
}

/**
 * 1.x uses the whole section of a plugin from the last file that has one, and the version of the last file that has one
 * for all files (services/server/config/config.go:290-308@v1.7.24).
 */
function lastSection(files: readonly ParsedConfig[]): readonly Section[] {
  const table = (files.findLast(file => file.version)?.version ?? 1) === 1 ? V1 : V2
  const found = files.filter(file => valueAt(file, table.slice(0, -1)) !== undefined)
  return found.slice(-1).map(file => ({ file, table }))
}

/**
 * 2.x merges deeply. It moves the registry table of version 2 to the place of version 3 and replaces what is there
 * (plugins/cri/images/plugin.go:212-227@v2.3.4): since 2.3 in each file before the merge, up to 2.2 after the merge and
 * only if the last version is 2. Plugins of a file below version 2 are renamed first
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
function settingsNamed({ file, table }: Section, key: string, reader: Release): readonly Setting[] {
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
  { major }: Release,
): readonly string[] {
  if (major < 2) return [key, key.toUpperCase()].filter(name => Object.hasOwn(table, name)).slice(0, 1)
  const names = Object.keys(table).filter(name => name.toLowerCase() === key)
  return names.sort(name => (name === key ? 1 : -1))
}

/** Every `configs.<registry>.tls`: an empty one counts too (pkg/cri/config/config.go:524@v1.7.24). */
function tlsSettings(setting: Setting, reader: Release): readonly Setting[] {
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

/** The value at a path of a file. */
export function valueAt(file: ParsedConfig, path: TablePath): unknown {
  let here: unknown = file.value
  for (const part of path) {
    if (!isTable(here) || !Object.hasOwn(here, part)) return undefined
    here = here[part]
  }
  return here
}
