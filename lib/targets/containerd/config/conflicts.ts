/** What keeps CRI from starting, or the directory of regmirror from being used, by the rules of each release that may read the files. Pure. */
import { type Issue, issueText } from '../../../model/errors.ts'
import { misfits } from '../../hosts-toml/read/shape.ts'
import type { Release } from '../../release.ts'
import type { Snapshot } from '../snapshot.ts'
import { isAbsolutePath, isPlaceholder, namesOnly } from './config-path.ts'
import { registryShape } from './config-shape.ts'
import { versionClashes } from './config-toml.ts'
import {
  type EffectiveRegistry,
  effectiveRegistries,
  effectiveRegistry,
  placeOfSetting,
  type Section,
  type Setting,
  valueAt,
} from './merge.ts'
import type { ParsedConfig } from './parsed-config.ts'
import { pluginNameFaults } from './plugin-names.ts'
import type { OlderConfigs } from './read-configs.ts'

/** Conflicts in any release that may read these files, each reported once. */
export function conflictsOf(files: readonly ParsedConfig[], snapshot: Snapshot): readonly Issue[] {
  const remedy = snapshot.config.dropIn === undefined ? MIGRATE : BY_HAND
  return eachOnce(
    snapshot.readers.flatMap(reader => {
      const effective = effectiveRegistry(files, reader)
      return [...criFaults(effective, reader, remedy), ...overrideConflicts(effective, files, snapshot)]
    }),
  )
}

/**
 * Conflicts only in releases of 1.x that start a relative pattern elsewhere. Where the patch release is not known, the
 * import must be unambiguous.
 */
export function patternConflicts(files: readonly ParsedConfig[], snapshot: Snapshot): readonly Issue[] {
  const [first] = snapshot.older === undefined ? [] : olderConflicts(files, snapshot.older, snapshot)
  if (first === undefined || snapshot.older === undefined) return []
  const { entry, newer, ...place } = snapshot.older.pattern
  const message = `${first.file} conflicts (${first.message}): containerd before 1.6.32 and 1.7.16 reads ${JSON.stringify(entry)} in / instead of beside this file`
  const hint = `write ${JSON.stringify(newer)}, or set the patch release in [targets.containerd], such as version = "1.7.24"`
  return [{ ...place, message, hint }]
}

/** Conflicts with drop-ins that a later 2.x may read without an import. */
export function dropInConflicts([main]: readonly ParsedConfig[], snapshot: Snapshot): readonly Issue[] {
  const { dropIns, readers } = snapshot
  if (dropIns === undefined || main === undefined) return []
  const files = [main, ...dropIns.files.slice(1)]
  const found = [...dropIns.faults, ...versionClashes(files, readers), ...conflictsOf(files, snapshot)]
  return found.map(issue => ({
    ...issue,
    // regmirror edits only what this containerd is known to read.
    ...(issue.hint === MIGRATE && { hint: BY_HAND }),
    message: `${issue.message} (releases of containerd after 2.3.4 may read this directory without imports)`,
  }))
}

function olderConflicts(
  [main]: readonly ParsedConfig[],
  older: OlderConfigs,
  snapshot: Snapshot,
): readonly Issue[] {
  const readers = snapshot.readers.filter(({ major }) => major < 2)
  const files = main === undefined ? [] : [main, ...older.files.slice(1)]
  return [
    ...older.faults,
    ...versionClashes(files, readers),
    ...pluginNameFaults(files, readers),
    ...conflictsOf(files, { ...snapshot, readers }),
  ]
}

/** What keeps CRI from starting with a `config_path` in these files, each reported once. */
export function registryFaults(files: readonly ParsedConfig[], snapshot: Snapshot): readonly Issue[] {
  const remedy = snapshot.config.managed ? MIGRATE : BY_HAND
  return eachOnce(
    snapshot.readers.flatMap(reader => criFaults(effectiveRegistry(files, reader), reader, remedy)),
  )
}

function eachOnce(issues: readonly Issue[]): readonly Issue[] {
  return [...new Map(issues.map(issue => [issueText(issue), issue])).values()]
}

const MIGRATE =
  'run regmirror apply --migrate to remove the table; regmirror import makes a list of its mirrors'
const BY_HAND = 'move its mirrors to the list (regmirror import makes one) and remove the table by hand'

function criFaults(effective: EffectiveRegistry, reader: Release, remedy: string): readonly Issue[] {
  const mistyped = effective.sections.flatMap(section => shapeFaults(section, reader))
  return mistyped.length > 0 ? mistyped : legacyConflicts(effective, reader, remedy)
}

/** Values in the registry table with which containerd does not start or the CRI plugin does not load. */
export function shapeFaults({ file, table }: Section, { major }: Release): readonly Issue[] {
  const registry = valueAt(file, table)
  if (registry === undefined) return []
  return misfits(registry, registryShape(major), table).map(({ path, message }) => ({
    ...placeOfSetting({ file, path }),
    message: `${message}: the CRI plugin does not load`,
    hint: 'correct or remove it',
  }))
}

/**
 * With `registry.mirrors` or, in 1.x, `registry.configs.*.tls` beside `config_path`, the CRI plugin does not load while
 * containerd itself runs (internal/cri/config/config.go:514@v2.3.4, pkg/cri/config/config.go:510,524@v1.7.24).
 */
function legacyConflicts(
  { mirrors, tls }: EffectiveRegistry,
  reader: Release,
  hint: string,
): readonly Issue[] {
  const what = (setting: Setting) => setting.path.slice(2).join('.')
  return [
    ...mirrors.map(setting => ({
      ...placeOfSetting(setting),
      message: `${what(setting)} is not allowed beside config_path: the CRI plugin does not load, and the node becomes NotReady`,
      hint,
    })),
    ...(reader.major < 2 ? tls : []).map(setting => ({
      ...placeOfSetting(setting),
      message: `${what(setting)} is not allowed beside config_path: the CRI plugin of 1.x does not load, 2.x ignores the table`,
      hint,
    })),
  ]
}

/** A `config_path` that another program has to fill in: its directory is not known. */
export function placeholderConflicts(snapshot: Snapshot): readonly Issue[] {
  if (snapshot.named) return []
  const found = effectiveRegistries(snapshot).map(({ configPath }) => configPath)
  return eachOnce(
    found
      .filter(setting => setting !== undefined)
      .filter(setting => isPlaceholder(setting.value))
      .map(setting => ({
        ...placeOfSetting(setting),
        message: `config_path ${JSON.stringify(setting.value)} contains a placeholder`,
        hint: 'set hosts_dir = "/…/certs.d" in [targets.containerd]',
      })),
  )
}

/** Another file decides on config_path. */
function overrideConflicts(
  { configPath, sections }: EffectiveRegistry,
  [main]: readonly ParsedConfig[],
  snapshot: Snapshot,
): readonly Issue[] {
  if (namesOnly(configPath?.value, snapshot.hostsDir) || snapshot.isWorkingList) return []
  const last = sections.at(-1)?.file
  if (configPath === undefined && last !== main && last !== undefined) return [wipingConflict(last, snapshot)]
  if (configPath === undefined) {
    return [
      { file: snapshot.config.path, message: 'config_path would not take effect', hint: 'set it by hand' },
    ]
  }
  const message = `sets config_path to ${JSON.stringify(configPath.value)}, which overrides ${snapshot.config.path}`
  const hint =
    configPath.value === '' || !isAbsolutePath(configPath.value)
      ? 'remove it there'
      : 'remove it there, or set that directory as hosts_dir in the list'
  return [{ ...placeOfSetting(configPath), message, hint }]
}

/** An import with a CRI section but without `config_path` removes that of the main file. */
function wipingConflict(file: ParsedConfig, snapshot: Snapshot): Issue {
  const release = snapshot.generation === undefined ? 'containerd 1.x' : 'this containerd'
  const message = `replaces the whole CRI section of ${snapshot.config.path} on ${release}, including config_path`
  const hint =
    snapshot.generation === undefined
      ? 'if this is containerd 2, set it in the list: [targets.containerd] version = "2.1"'
      : 'move its settings into config.toml'
  return { file: file.path, line: 1, column: 1, message, hint }
}
