/**
 * config.toml with config_path set, or the reasons why it cannot be set. The new text is read again by the rules of that
 * containerd, imports included. Pure.
 */
import { isDeepStrictEqual } from 'node:util'
import { BYTE_ORDER_MARK } from '../../../formats/byte-order-mark.ts'
import { setValue } from '../../../formats/toml/edit.ts'
import type { Issue } from '../../../model/errors.ts'
import type { Registry } from '../../../model/registry.ts'
import type { OwnedValue } from '../../../ownership/managed-file.ts'
import type { Choices } from '../../choices.ts'
import type { DesiredFile, Rendering } from '../../target.ts'
import type { Snapshot } from '../snapshot.ts'
import { namesOnly } from './config-path.ts'
import {
  isParsed,
  newConfig,
  parseConfig,
  registryTable,
  type TablePath,
  versionClashes,
} from './config-toml.ts'
import { conflictsOf, dropInConflicts, patternConflicts, placeholderConflicts } from './conflicts.ts'
import { renderDropIn } from './drop-in.ts'
import { effectiveRegistries, effectiveRegistry, valueAt } from './merge.ts'
import { type MigratedConfigs, migrateConfigs } from './migrate.ts'
import { configNotices, repairNotices } from './notices.ts'
import type { ParsedConfig } from './parsed-config.ts'
import { criRemedy, disabledCri, pluginNameFaults } from './plugin-names.ts'
import { writerConflict, writerNotices } from './writer.ts'

/** A part of the rendering. */
export type PartialRendering = Pick<Rendering, 'files' | 'notices' | 'conflicts' | 'migrated'>

export function renderConfig(
  registries: readonly Registry[],
  snapshot: Snapshot,
  choices: Choices,
): PartialRendering {
  const notices = configNotices(snapshot, choices)
  const unnamed = placeholderConflicts(snapshot)
  if (unnamed.length > 0 || !snapshot.config.managed) return { files: [], notices, conflicts: unnamed }
  if (snapshot.config.dropIn !== undefined)
    return { ...renderDropIn(snapshot.config.dropIn, snapshot), notices }
  const written = editedFiles(registries, snapshot, choices)
  if ('issues' in written)
    return { files: [], notices, conflicts: [...written.issues, ...disabledIssues(snapshot)] }
  const { files, setting, removed, migrated } = written
  const [main, ...imports] = files
  const isEdited = setting !== undefined || (main && (removed.get(main.path) ?? []).length > 0)
  const inFiles = conflictsOf(files, snapshot)
  const conflicts = [
    ...(isEdited && !choices.takeOver ? writerConflict(snapshot) : []),
    ...(inFiles.length > 0
      ? inFiles
      : [...patternConflicts(files, snapshot), ...dropInConflicts(files, snapshot)]),
  ]
  if (main === undefined || conflicts.length > 0) return { files: [], notices, conflicts }
  const about = isEdited ? writerNotices(snapshot) : []
  return {
    files: [
      desiredFile(main, setting, removed.get(main.path) ?? [], snapshot),
      ...imports.flatMap(file => migratedImport(file, removed.get(file.path) ?? [], snapshot)),
    ],
    notices: [...notices, ...repairNotices(snapshot), ...about],
    conflicts,
    migrated,
  }
}

/** A refused file has this fault too, and it must be corrected with the others. */
function disabledIssues({ files, readers }: Snapshot): readonly Issue[] {
  return disabledCri(files, readers).map(({ name, ...place }) => {
    const message = 'disabled_plugins turns CRI off: Kubernetes cannot pull through this containerd'
    return { ...place, message, hint: criRemedy({ name }) }
  })
}

function desiredFile(
  main: ParsedConfig,
  setting: OwnedValue | undefined,
  removed: readonly TablePath[],
  snapshot: Snapshot,
): DesiredFile {
  const sets = `sets config_path to ${snapshot.hostsDir}`
  const why = removed.length === 0 ? sets : `${setting ? `${sets}, ` : ''}${removalText(removed)}`
  return {
    ...editedFile(main, why, snapshot),
    owns: {
      kind: 'values',
      format: 'toml',
      values: [...earlierValues(main, setting, snapshot), ...(setting ? [setting] : [])],
      ...(removed.length > 0 && { removed }),
      ...(!snapshot.config.exists && { created_from: newConfig(snapshot.generation) }),
    },
  }
}

/** An import that loses its older tables; every other import stays as it is. */
function migratedImport(
  file: ParsedConfig,
  removed: readonly TablePath[],
  snapshot: Snapshot,
): readonly DesiredFile[] {
  if (removed.length === 0) return []
  const owns = { kind: 'values' as const, format: 'toml' as const, values: [], removed }
  return [{ ...editedFile(file, removalText(removed), snapshot), owns }]
}

function editedFile({ path, text, byteOrderMark }: ParsedConfig, why: string, { hostsDir }: Snapshot) {
  const content = (byteOrderMark ? BYTE_ORDER_MARK : '') + text
  return { path, content, secret: false, effect: 'restart' as const, why, after: [hostsDir] }
}

function removalText(removed: readonly TablePath[]): string {
  const names = new Set(removed.map(path => path.slice(2, 4).join('.')))
  return `removes ${[...names].join(' and ')}`
}

/** Values that regmirror has set before in other tables, and that the file still has. */
function earlierValues(
  main: ParsedConfig,
  setting: OwnedValue | undefined,
  { setValues }: Snapshot,
): readonly OwnedValue[] {
  return setValues.filter(
    ({ path, value }) => !isDeepStrictEqual(path, setting?.path) && valueAt(main, path) === value,
  )
}

/** All files after the edit of the main one, and the value that it sets. */
interface Edited {
  readonly files: readonly ParsedConfig[]
  readonly setting?: OwnedValue
}

interface EditedConfigs extends Edited, Pick<MigratedConfigs, 'removed'> {
  /** Registries whose mirrors were in tables that are removed. */
  readonly migrated: readonly string[]
}

function editedFiles(
  registries: readonly Registry[],
  snapshot: Snapshot,
  choices: Choices,
): EditedConfigs | { issues: readonly Issue[] } {
  const before =
    snapshot.files[0] ??
    parseConfig({ path: snapshot.config.path, bytes: Buffer.from(newConfig(snapshot.generation)) })
  if (snapshot.faults.length > 0 || !isParsed(before)) return { issues: snapshot.faults }
  const migration = migrateConfigs([before, ...snapshot.files.slice(1)], registries, snapshot, choices)
  if ('issues' in migration) return migration
  const [first = before, ...imports] = migration.files
  const main = edited(first, { ...snapshot, files: snapshot.config.exists ? migration.files : [] })
  if ('message' in main) return { issues: [main] }
  const issues = [
    ...versionClashes(snapshot.files, snapshot.readers),
    ...pluginNameFaults(snapshot.files, snapshot.readers),
  ]
  if (issues.length > 0) return { issues }
  const { removed, registries: migrated } = migration
  return { ...main, files: [...main.files, ...imports], removed, migrated }
}

function edited(before: ParsedConfig, snapshot: Snapshot): Edited | Issue {
  if (before.byteOrderMark && snapshot.generation?.major !== 1) {
    const message = 'starts with a byte order mark, which containerd 2 refuses'
    return { file: before.path, line: 1, column: 1, message, hint: 'save it as UTF-8 without one' }
  }
  const table = registryTable(before, snapshot.generation)
  if ('message' in table) return table
  const isSet = effectiveRegistries(snapshot).every(({ configPath }) =>
    namesOnly(configPath?.value, snapshot.hostsDir),
  )
  if (isSet || snapshot.isWorkingList) return { files: [before] }
  const effective = snapshot.generation && effectiveRegistry(snapshot.files, snapshot.generation)
  const inEffect = effective?.sections.findLast(({ file }) => file === before)?.table
  const setting = { path: [...(inEffect ?? table), 'config_path'], value: snapshot.hostsDir }
  const text = setValue(before.text, setting.path, setting.value)
  if (text === undefined) {
    const hint = `set config_path = "${snapshot.hostsDir}" in [${(inEffect ?? table).join('.')}] by hand`
    return { file: before.path, message: 'config_path cannot be set without touching anything else', hint }
  }
  const parsed = parseConfig({ path: before.path, bytes: Buffer.from(text) })
  if (!isParsed(parsed)) return parsed
  return { files: [{ ...parsed, byteOrderMark: before.byteOrderMark }], setting }
}
