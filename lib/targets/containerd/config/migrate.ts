/** Takes the older tables with mirrors, certificates and credentials out of config.toml and its imports. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { withdrawValue } from '../../../formats/toml/edit.ts'
import type { Issue } from '../../../model/errors.ts'
import type { Registry } from '../../../model/registry.ts'
import type { Choices, Migration } from '../../choices.ts'
import type { Release } from '../../release.ts'
import { writerOf } from '../other-writers.ts'
import type { Snapshot } from '../snapshot.ts'
import { isParsed, parseConfig, type TablePath } from './config-toml.ts'
import { type LegacySettings, legacySettings, tablesOf } from './legacy-settings.ts'
import { lostAuth, lostMirrors, lostTls } from './lost-registries.ts'
import { effectiveRegistry, placeOfSetting, type Setting } from './merge.ts'
import type { ParsedConfig } from './parsed-config.ts'

/** The files without those tables, and the paths of the tables by file. */
export interface MigratedConfigs {
  readonly files: readonly ParsedConfig[]
  readonly removed: ReadonlyMap<string, readonly TablePath[]>
  /** Whose mirrors the tables had. */
  readonly registries: readonly string[]
}

type Migrated = MigratedConfigs | { readonly issues: readonly Issue[] }

export function migrateConfigs(
  files: readonly ParsedConfig[],
  registries: readonly Registry[],
  { readers }: Pick<Snapshot, 'readers'>,
  { migrate, takeOver }: Choices,
): Migrated {
  if (migrate === undefined) return { files, removed: new Map(), registries: [] }
  const found = legacySettings(files, readers)
  const lost = lostIssues(found, migrate, registries, readers)
  const settings = [...found.mirrors, ...found.tls, ...(migrate === 'headers' ? found.auth : [])]
  const issues = [...lost, ...(takeOver ? [] : importIssues(settings, files))]
  if (issues.length > 0) return { issues }
  const removed = new Map(files.map(file => [file.path, tablesOf(settings, file)]))
  const edited = files.map(file => withoutTables(file, removed.get(file.path) ?? []))
  const parsed = edited.filter(isParsed)
  const faults = edited.filter(file => 'message' in file)
  const hidden = emptiedImports(files, parsed, readers)
  if (faults.length + hidden.length > 0) return { issues: [...faults, ...hidden] }
  return { files: parsed, removed, registries: found.mirrors.flatMap(namesIn) }
}

function namesIn({ value }: Setting): readonly string[] {
  return isTable(value) ? Object.keys(value) : []
}

/** 2.x ignores `tls`, so nothing is lost with it. */
function lostIssues(
  { mirrors, tls, auth }: LegacySettings,
  migrate: Migration,
  registries: readonly Registry[],
  readers: readonly Release[],
): readonly Issue[] {
  const counts = readers.some(({ major }) => major < 2)
  return [
    ...mirrors.flatMap(setting => lostMirrors(setting, registries)),
    ...(counts ? tls : []).flatMap(setting => lostTls(setting, mirrors, registries)),
    ...(migrate === 'headers' ? auth : []).flatMap(setting => lostAuth(setting, registries)),
  ]
}

/** An import that another program would write again; the writer of config.toml itself is checked with `config_path`. */
function importIssues(settings: readonly Setting[], [main]: readonly ParsedConfig[]): readonly Issue[] {
  return settings.flatMap(setting => {
    const writer = setting.file === main ? undefined : writerOf(setting.file.path, setting.file.text)
    if (!writer?.live) return []
    const message = `${writer.name} writes this file and would write the table again`
    return {
      ...placeOfSetting(setting),
      message,
      hint: `remove it with ${writer.name}, or take the file over: --take-over`,
    }
  })
}

function withoutTables(file: ParsedConfig, tables: readonly TablePath[]): ParsedConfig | Issue {
  if (tables.length === 0) return file
  let { text } = file
  for (const table of tables) {
    const rest = withdrawValue(text, '', table)
    if (rest === undefined) return cannotRemove(file, table)
    text = rest
  }
  const parsed = parseConfig({ path: file.path, bytes: Buffer.from(text) })
  return isParsed(parsed) ? { ...parsed, byteOrderMark: file.byteOrderMark } : parsed
}

function cannotRemove(file: ParsedConfig, path: TablePath): Issue {
  const name = path.slice(2).join('.')
  const message = `${name} cannot be removed without other changes to the file`
  return {
    ...placeOfSetting({ file, path }),
    message,
    hint: `remove ${name} by hand, then run regmirror again`,
  }
}

/** For 1.x a section of an import hides that of config.toml: without it the other settings there would change too. */
function emptiedImports(
  files: readonly ParsedConfig[],
  after: readonly ParsedConfig[],
  readers: readonly Release[],
): readonly Issue[] {
  return readers
    .filter(({ major }) => major < 2)
    .flatMap(reader => {
      const [was] = effectiveRegistry(files, reader).sections
      const [is] = effectiveRegistry(after, reader).sections
      if (was === undefined || was.file === files[0] || was.file.path === is?.file.path) return []
      const message = `has only this table in its CRI section, which hides the CRI section of ${files[0]?.path} from containerd 1.x`
      const hint = 'remove the section here by hand, if that section is right'
      return [{ ...placeOfSetting({ file: was.file, path: was.table }), message, hint }]
    })
}
