/**
 * config.toml as the list wants it: one value spliced in, or nothing to do, or why it cannot be done. Pure.
 * Whatever is written has first been read again by the rules of that containerd, imports included.
 */
import type { Issue } from '../../errors.ts'
import type { Notice } from '../../report.ts'
import type { OwnedSetting } from '../../state.ts'
import { splice } from '../../toml.ts'
import type { DesiredFile, Rendering } from '../target.ts'
import {
  type EffectiveRegistry,
  effectiveRegistry,
  namesOnly,
  placeOfSetting,
  type Setting,
} from './config-merge.ts'
import {
  disabledCri,
  isParsed,
  NEW_CONFIG,
  type ParsedConfig,
  parseConfig,
  registryTable,
  versionClashes,
} from './config-toml.ts'
import type { Snapshot } from './observe.ts'

/** What one part of the rendering came to. */
export type Outcome = Pick<Rendering, 'files' | 'notices' | 'conflicts'>

export function renderConfig(now: Snapshot): Outcome {
  const notices = disabledNotices(now.files)
  if (!now.config.managed)
    return { files: [], notices: [...notices, ...unmanagedNotices(now)], conflicts: [] }
  const written = editedFiles(now)
  if ('issues' in written) return { files: [], notices, conflicts: written.issues }
  const { files, setting } = written
  const [main] = files
  const conflicts = conflictsOf(files, now)
  if (main === undefined || conflicts.length > 0) return { files: [], notices, conflicts }
  const content = (main.byteOrderMark ? '\ufeff' : '') + main.text
  const why = `tells containerd to read ${now.hostsDir}`
  const desired: DesiredFile = {
    path: main.path,
    content,
    secret: false,
    owns: 'value',
    ...(setting && { setting }),
    effect: 'on restart',
    why,
  }
  return { files: [desired], notices: [...notices, ...repairNotices(now)], conflicts }
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
  const issues = versionClashes(now.files, now.readers)
  return issues.length > 0 ? { issues } : { ...main, files: [...main.files, ...now.files.slice(1)] }
}

function edited(before: ParsedConfig, now: Snapshot): Edited | Issue {
  if (before.byteOrderMark && now.generation?.major !== 1) {
    const message = 'starts with a byte order mark, which containerd 2 refuses'
    return { file: before.path, line: 1, column: 1, message, hint: 'save it as UTF-8 without one' }
  }
  const table = registryTable(before, now.generation)
  if ('message' in table) return table
  const effective = now.readers.map(reader => effectiveRegistry(now.files, reader))
  if (effective.every(({ configPath }) => namesOnly(configPath?.value, now.hostsDir)))
    return { files: [before] }
  const inEffect = now.generation && effective[0]?.sections.findLast(({ file }) => file === before)?.table
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

/** What would go wrong with these files in any containerd that may read them, each told once. */
function conflictsOf(files: readonly ParsedConfig[], now: Snapshot): readonly Issue[] {
  const found = now.readers.flatMap(reader => {
    const effective = effectiveRegistry(files, reader)
    return [...legacyConflicts(effective), ...overrideConflicts(effective, files, now)]
  })
  return [...new Map(found.map(issue => [`${issue.file}:${issue.line}:${issue.column}`, issue])).values()]
}

/**
 * `registry.mirrors` and `registry.configs.*.tls` beside `config_path` make the CRI plugin refuse to load while
 * containerd itself looks healthy (internal/cri/config/config.go:514@v2.3.4, pkg/cri/config/config.go:510,524@v1.7.24).
 */
function legacyConflicts({ mirrors, tls }: EffectiveRegistry): readonly Issue[] {
  const what = (setting: Setting) => setting.path.slice(2).join('.')
  return [
    ...mirrors.map(setting => ({
      ...placeOfSetting(setting),
      message: `${what(setting)} cannot stand beside config_path: CRI would not load and the node would go NotReady`,
      hint: 'move these mirrors into the list and remove the table, then run again',
    })),
    ...tls.map(setting => ({
      ...placeOfSetting(setting),
      message: `${what(setting)} cannot stand beside config_path: CRI 1.x would not load, 2.x would ignore it`,
      hint: 'name the certificates with ca or client in the list and remove the table, then run again',
    })),
  ]
}

/** Some other file has the last word on config_path. */
function overrideConflicts(
  { configPath, sections }: EffectiveRegistry,
  [main]: readonly ParsedConfig[],
  now: Snapshot,
): readonly Issue[] {
  if (namesOnly(configPath?.value, now.hostsDir)) return []
  const last = sections.at(-1)?.file
  if (configPath === undefined && last !== main && last !== undefined) return [wipingConflict(last, now)]
  if (configPath === undefined) {
    return [{ file: now.config.path, message: 'config_path would not take effect', hint: 'set it by hand' }]
  }
  const message = `sets config_path to ${JSON.stringify(configPath.value)}, which wins over ${now.config.path}`
  const hint =
    configPath.value === ''
      ? 'remove it there'
      : 'remove it there, or name that directory as hosts_dir in the list'
  return [{ ...placeOfSetting(configPath), message, hint }]
}

/** A drop-in that speaks of the CRI plugin and leaves `config_path` out takes away what the main file says. */
function wipingConflict(file: ParsedConfig, now: Snapshot): Issue {
  const who = now.generation === undefined ? 'containerd 1.x' : 'this containerd'
  const message = `replaces the whole CRI section of ${now.config.path} on ${who}, config_path included`
  const hint =
    now.generation === undefined
      ? 'if it is containerd 2, say so in the list: [targets.containerd] version = "2.1"'
      : 'move its settings into config.toml'
  return { file: file.path, line: 1, column: 1, message, hint }
}

function disabledNotices(files: readonly ParsedConfig[]): readonly Notice[] {
  return disabledCri(files).map(({ name, file, line }) => ({
    code: 'cri_disabled',
    message: `disabled_plugins has "${name}": containerd does not serve CRI, so Kubernetes cannot pull through it`,
    target: 'containerd',
    file,
    line,
  }))
}

/** With `config = false` somebody else writes config.toml; that it names our directory is still worth a look. */
function unmanagedNotices(now: Snapshot): readonly Notice[] {
  const effective = now.readers.map(reader => effectiveRegistry(now.files, reader).configPath)
  if (effective.every(setting => namesOnly(setting?.value, now.hostsDir))) return []
  const configPath = effective.find(setting => !namesOnly(setting?.value, now.hostsDir))
  const place = configPath && placeOfSetting(configPath)
  const message = `config_path does not name ${now.hostsDir} alone: these mirrors are not used until it does`
  const at = place ? { file: place.file, line: place.line } : { file: now.config.path }
  return [{ code: 'config_path_elsewhere', message, target: 'containerd', ...at }]
}

function repairNotices(now: Snapshot): readonly Notice[] {
  if (now.currentDirs.length < 2) return []
  const was = now.currentDirs.join(':')
  const message = `config_path is the list ${was}, which containerd 2.1 and later take for one directory name: it becomes ${now.hostsDir}`
  return [{ code: 'config_path_list', message, target: 'containerd', file: now.config.path }]
}
