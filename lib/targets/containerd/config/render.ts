/**
 * config.toml with config_path set, or the reasons why it cannot be set. The new text is read again by the rules of that
 * containerd, imports included. Pure.
 */
import { isDeepStrictEqual } from 'node:util'
import { BYTE_ORDER_MARK } from '../../../formats/byte-order-mark.ts'
import { setValue } from '../../../formats/toml/edit.ts'
import type { Issue } from '../../../model/errors.ts'
import type { OwnedValue } from '../../../ownership/managed-file.ts'
import type { Choices, DesiredFile, Rendering } from '../../target.ts'
import type { Snapshot } from '../snapshot.ts'
import { namesOnly } from './config-path.ts'
import { isParsed, newConfig, parseConfig, registryTable, versionClashes } from './config-toml.ts'
import { conflictsOf, dropInConflicts, patternConflicts, placeholderConflicts } from './conflicts.ts'
import { effectiveRegistries, effectiveRegistry, valueAt } from './merge.ts'
import { configNotices, repairNotices } from './notices.ts'
import type { ParsedConfig } from './parsed-config.ts'
import { disabledCri, pluginNameFaults } from './plugin-names.ts'
import { writerConflict, writerNotices } from './writer.ts'

/** A part of the rendering. */
export type PartialRendering = Pick<Rendering, 'files' | 'notices' | 'conflicts'>

export function renderConfig(snapshot: Snapshot, { takeOver }: Choices): PartialRendering {
  const notices = configNotices(snapshot)
  const unnamed = placeholderConflicts(snapshot)
  if (unnamed.length > 0 || !snapshot.config.managed) return { files: [], notices, conflicts: unnamed }
  const written = editedFiles(snapshot)
  if ('issues' in written)
    return { files: [], notices, conflicts: [...written.issues, ...disabledIssues(snapshot)] }
  const { files, setting } = written
  const [main] = files
  const inFiles = conflictsOf(files, snapshot)
  const conflicts = [
    ...(setting === undefined || takeOver ? [] : writerConflict(snapshot)),
    ...(inFiles.length > 0
      ? inFiles
      : [...patternConflicts(files, snapshot), ...dropInConflicts(files, snapshot)]),
  ]
  if (main === undefined || conflicts.length > 0) return { files: [], notices, conflicts }
  const about = setting === undefined ? [] : writerNotices(snapshot)
  return {
    files: [desiredFile(main, setting, snapshot)],
    notices: [...notices, ...repairNotices(snapshot), ...about],
    conflicts,
  }
}

/** A refused file has this fault too: whoever corrects it must know. */
function disabledIssues({ files, readers }: Snapshot): readonly Issue[] {
  return disabledCri(files, readers).map(({ name, ...place }) => {
    const message = 'disabled_plugins turns CRI off: Kubernetes cannot pull through this containerd'
    return { ...place, message, hint: `remove ${JSON.stringify(name)}` }
  })
}

function desiredFile(main: ParsedConfig, setting: OwnedValue | undefined, snapshot: Snapshot): DesiredFile {
  return {
    path: main.path,
    content: (main.byteOrderMark ? BYTE_ORDER_MARK : '') + main.text,
    secret: false,
    effect: 'restart',
    why: `sets config_path to ${snapshot.hostsDir}`,
    after: [snapshot.hostsDir],
    owns: {
      kind: 'values',
      format: 'toml',
      values: [...earlierValues(main, setting, snapshot), ...(setting ? [setting] : [])],
      ...(!snapshot.config.exists && { created_from: newConfig(snapshot.generation) }),
    },
  }
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

function editedFiles(snapshot: Snapshot): Edited | { issues: readonly Issue[] } {
  const before =
    snapshot.files[0] ??
    parseConfig({ path: snapshot.config.path, bytes: Buffer.from(newConfig(snapshot.generation)) })
  if (snapshot.faults.length > 0 || !isParsed(before)) return { issues: snapshot.faults }
  const main = edited(before, snapshot)
  if ('message' in main) return { issues: [main] }
  const issues = [
    ...versionClashes(snapshot.files, snapshot.readers),
    ...pluginNameFaults(snapshot.files, snapshot.readers),
  ]
  return issues.length > 0 ? { issues } : { ...main, files: [...main.files, ...snapshot.files.slice(1)] }
}

function edited(before: ParsedConfig, snapshot: Snapshot): Edited | Issue {
  if (before.byteOrderMark && snapshot.generation?.major !== 1) {
    const message = 'starts with a byte order mark, which containerd 2 refuses'
    return { file: before.path, line: 1, column: 1, message, hint: 'save it as UTF-8 without one' }
  }
  const table = registryTable(before, snapshot.generation)
  if ('message' in table) return table
  if (
    effectiveRegistries(snapshot).every(({ configPath }) => namesOnly(configPath?.value, snapshot.hostsDir))
  )
    return { files: [before] }
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
