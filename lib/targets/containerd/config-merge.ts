/** What is in effect for CRI once containerd has merged config.toml and its imports. Pure. */
import { locateToml } from '../../toml-ast.ts'
import { type ParsedConfig, type TablePath, V1, V2, V3 } from './config-toml.ts'
import { atLeast, type Generation } from './generation.ts'

/** A value and where it stands. */
export interface Setting {
  readonly value: unknown
  readonly file: ParsedConfig
  /** The full key path. */
  readonly path: TablePath
}

/** Where a setting stands, for an issue or a notice. */
export function placeOfSetting(setting: Setting): { file: string; line: number; column: number } {
  const place = locateToml(setting.file.ast, setting.path) ?? { line: 1, column: 1 }
  return { file: setting.file.path, ...place }
}

/**
 * What is in effect for CRI after the merge: `config_path`, and every setting that cannot stand beside it.
 * 1.x replaces a plugin's whole section by that of a later file (services/server/config/config.go:290-308@v1.7.24);
 * 2.x merges deeply, later files override (cmd/containerd/server/config/config.go:616-630@v2.3.4). With the
 * generation unknown a later file has to be right under both rules.
 */
export function effectiveRegistry(files: readonly ParsedConfig[], generation: Generation | undefined) {
  const sections = sectionsInEffect(files, generation)
  const settings = (key: string) =>
    sections.flatMap(({ file, table }): Setting[] => {
      const value = valueAt(file, [...table, key])
      return value === undefined ? [] : [{ value, file, path: [...table, key] }]
    })
  return {
    configPath: settings('config_path').at(-1),
    mirrors: settings('mirrors').filter(
      setting => isTable(setting.value) && Object.keys(setting.value).length > 0,
    ),
    tls: settings('configs').flatMap(tlsSettings),
  }
}

interface Section {
  readonly file: ParsedConfig
  readonly table: TablePath
}

function sectionsInEffect(
  files: readonly ParsedConfig[],
  generation: Generation | undefined,
): readonly Section[] {
  const [main] = files
  if (main === undefined) return []
  const sections = files.flatMap(file =>
    tablesThatCount(main, file, generation).map(table => ({ file, table })),
  )
  if (generation === undefined || generation.major >= 2) return sections
  return sections.filter(section => hasPlugin(section)).slice(-1)
}

/** Which spellings of the table containerd honours in a file, by the versions of it and of the main file. */
function tablesThatCount(
  main: ParsedConfig,
  file: ParsedConfig,
  generation: Generation | undefined,
): readonly TablePath[] {
  const version = main.version ?? 1
  if (generation === undefined) return version === 1 ? [V1, V2] : [V2, V3]
  if (generation.major < 2) return [version === 1 ? V1 : V2]
  if (atLeast(generation, '2.3.0')) return version === 4 ? [V3] : [V1, V2, V3]
  // 2.0 to 2.2 migrate only what is merged as version 2; a v2 drop-in takes the whole merge with it.
  return version === 2 || file.version === 2 ? [V2, V3] : [V3]
}

/** Whether a file says anything of the plugin: on 1.x that alone replaces what files before it say. */
function hasPlugin(section: Section): boolean {
  return valueAt(section.file, section.table.slice(0, -1)) !== undefined
}

/**
 * A drop-in that speaks of the CRI plugin and leaves `config_path` out: on 1.x that wipes it.
 * Undefined where the generation merges deeply.
 */
export function wipingImport(
  files: readonly ParsedConfig[],
  generation: Generation | undefined,
): Section | undefined {
  if (generation !== undefined && generation.major >= 2) return undefined
  const [main, ...imports] = files
  if (main === undefined) return undefined
  const table = (main.version ?? 1) === 1 ? V1 : V2
  return imports
    .map(file => ({ file, table }))
    .filter(hasPlugin)
    .filter(section => valueAt(section.file, [...table, 'config_path']) === undefined)
    .at(-1)
}

/** Every `configs.<registry>.tls` that says something. */
function tlsSettings(setting: Setting): readonly Setting[] {
  if (!isTable(setting.value)) return []
  return Object.entries(setting.value).flatMap(([name, entry]) =>
    isTable(entry) && isTable(entry.tls) && Object.keys(entry.tls).length > 0
      ? [{ ...setting, value: entry.tls, path: [...setting.path, name, 'tls'] }]
      : [],
  )
}

function valueAt(file: ParsedConfig, path: TablePath): unknown {
  let here: unknown = file.value
  for (const part of path) {
    if (!isTable(here) || !Object.hasOwn(here, part)) return undefined
    here = here[part]
  }
  return here
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
