/**
 * config.toml as the list wants it: one value spliced in, or nothing to do, or why it cannot be done. Pure.
 * Whatever is written has first been read again by the rules of that containerd, imports included.
 */
import type { Issue } from '../../errors.ts'
import type { OwnedSetting } from '../../state.ts'
import { splice } from '../../toml.ts'
import type { Choices, DesiredFile, Rendering } from '../target.ts'
import { conflictsOf, patternConflicts, placeholderConflicts } from './config-conflicts.ts'
import { effectiveRegistries, effectiveRegistry } from './config-merge.ts'
import { configNotices, repairNotices } from './config-notices.ts'
import { namesOnly } from './config-path.ts'
import { isParsed, NEW_CONFIG, parseConfig, registryTable, versionClashes } from './config-toml.ts'
import { writerConflict, writerNotices } from './config-writer.ts'
import type { Snapshot } from './observe.ts'
import type { ParsedConfig } from './parsed-config.ts'
import { pluginNameFaults } from './plugin-names.ts'

/** What one part of the rendering came to. */
export type Outcome = Pick<Rendering, 'files' | 'notices' | 'conflicts'>

export function renderConfig(now: Snapshot, { takeOver }: Choices): Outcome {
  const notices = configNotices(now)
  const unnamed = placeholderConflicts(now)
  if (unnamed.length > 0 || !now.config.managed) return { files: [], notices, conflicts: unnamed }
  const written = editedFiles(now)
  if ('issues' in written) return { files: [], notices, conflicts: written.issues }
  const { files, setting } = written
  const [main] = files
  const inFiles = conflictsOf(files, now)
  const conflicts = [
    ...(setting === undefined || takeOver ? [] : writerConflict(now)),
    ...(inFiles.length > 0 ? inFiles : patternConflicts(files, now)),
  ]
  if (main === undefined || conflicts.length > 0) return { files: [], notices, conflicts }
  const about = setting === undefined ? [] : writerNotices(now)
  return {
    files: [desiredFile(main, setting, now)],
    notices: [...notices, ...repairNotices(now), ...about],
    conflicts,
  }
}

function desiredFile(main: ParsedConfig, setting: OwnedSetting | undefined, now: Snapshot): DesiredFile {
  return {
    path: main.path,
    content: (main.byteOrderMark ? '\ufeff' : '') + main.text,
    secret: false,
    owns: 'value',
    ...(setting && { setting }),
    effect: 'on restart',
    why: `tells containerd to read ${now.hostsDir}`,
  }
}

/** All files as they would stand after the edit of the main one, and what the edit sets. */
interface Edited {
  readonly files: readonly ParsedConfig[]
  readonly setting?: OwnedSetting
}

function editedFiles(now: Snapshot): Edited | { issues: readonly Issue[] } {
  const before = now.files[0] ?? parseConfig({ path: now.config.path, bytes: Buffer.from(NEW_CONFIG) })
  if (now.faults.length > 0 || !isParsed(before)) return { issues: now.faults }
  const main = edited(before, now)
  if ('message' in main) return { issues: [main] }
  const issues = [...versionClashes(now.files, now.readers), ...pluginNameFaults(now.files, now.readers)]
  return issues.length > 0 ? { issues } : { ...main, files: [...main.files, ...now.files.slice(1)] }
}

function edited(before: ParsedConfig, now: Snapshot): Edited | Issue {
  if (before.byteOrderMark && now.generation?.major !== 1) {
    const message = 'starts with a byte order mark, which containerd 2 refuses'
    return { file: before.path, line: 1, column: 1, message, hint: 'save it as UTF-8 without one' }
  }
  const table = registryTable(before, now.generation)
  if ('message' in table) return table
  if (effectiveRegistries(now).every(({ configPath }) => namesOnly(configPath?.value, now.hostsDir)))
    return { files: [before] }
  const effective = now.generation && effectiveRegistry(now.files, now.generation)
  const inEffect = effective?.sections.findLast(({ file }) => file === before)?.table
  const setting = { path: [...(inEffect ?? table), 'config_path'], value: now.hostsDir }
  const text = splice(before.text, setting.path, setting.value)
  if (text === undefined) {
    const hint = `set config_path = "${now.hostsDir}" in [${(inEffect ?? table).join('.')}] by hand`
    return { file: before.path, message: 'config_path cannot be set without touching anything else', hint }
  }
  const parsed = parseConfig({ path: before.path, bytes: Buffer.from(text) })
  if (!isParsed(parsed)) return parsed
  return { files: [{ ...parsed, byteOrderMark: before.byteOrderMark }], setting }
}
