/** What config.toml says of pulls to one containerd: the directories of hosts.toml, or the older mirrors. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Lookup } from '../../../model/lookup.ts'
import { atLeast, type Release } from '../../release.ts'
import { directoriesOf, isPlaceholder } from '../config/config-path.ts'
import { versionClashes, versionFault } from '../config/config-toml.ts'
import { shapeFaults } from '../config/conflicts.ts'
import { type EffectiveRegistry, effectiveRegistry, placeOfSetting } from '../config/merge.ts'
import type { ParsedConfig } from '../config/parsed-config.ts'
import { disabledCri, pluginNameFaults } from '../config/plugin-names.ts'
import type { Snapshot } from '../snapshot.ts'
import { legacyFault } from './legacy-fault.ts'
import { pullsLocally } from './pull-mode.ts'
import { lostConfigPath, unsetConfigPath } from './unset-config-path.ts'

export type PullConfig =
  | { readonly failure: Issue }
  | { readonly unknown: Issue }
  /** The directories in which hosts.toml are looked for, in order; none: only the registry itself is contacted. */
  | (Read & { readonly roots: readonly string[] })
  /** `registry.mirrors` and `registry.configs` decide. */
  | (Read & { readonly registry: EffectiveRegistry })

interface Read {
  readonly ignored: readonly Issue[]
  /** `config_path`, where it is set or has a default. */
  readonly setting?: NonNullable<Lookup['setting']>
}

export function pullConfig(snapshot: Snapshot, reader: Release): PullConfig {
  const { files, faults } = filesFor(snapshot, reader)
  const registry = effectiveRegistry(files, reader)
  const value = configPathIn(registry, reader)
  const isSet = value !== '' || isWritten(registry)
  const failure = startFailure(snapshot, files, faults, reader) ?? criFailure(files, registry, isSet, reader)
  if (failure !== undefined) return { failure }
  if (value === '') return withoutDirectories(snapshot, registry, files, reader)
  const written = isWritten(registry) ? registry.configPath : undefined
  const place = written && placeOfSetting(written)
  if (isPlaceholder(value)) return { unknown: { ...place, message: 'config_path holds a placeholder' } }
  const setting = { value, ...(place && { file: place.file, line: place.line }) }
  const read = { snapshot, registry, files, reader }
  if (value.includes(':') && !pullsLocally(files, reader))
    return { roots: [], ignored: [notOneDirectory(read, value)], setting }
  const roots = directoriesOf(value)
  const lost = written ? undefined : lostConfigPath(read, `containerd reads its default, ${value}`, roots)
  return { roots, ignored: lost === undefined ? [] : [lost], setting }
}

/** An empty value does not keep the default of the release from counting. */
function isWritten({ configPath }: EffectiveRegistry): boolean {
  return (configPath?.value ?? '') !== ''
}

function notOneDirectory(read: Parameters<typeof lostConfigPath>[0], value: string): Issue {
  const written = isWritten(read.registry) ? read.registry.configPath : undefined
  const path = written === undefined ? `the default of this release, ${value},` : `the config_path ${value}`
  const message = `containerd takes ${path} for one directory, which does not exist`
  const place = written === undefined ? { file: read.snapshot.config.path } : placeOfSetting(written)
  const lost = written === undefined ? lostConfigPath(read, message) : undefined
  return lost ?? { ...place, message, hint: 'set config_path to one directory' }
}

/** Releases before 1.6.32 and 1.7.16 may read other imports. */
export function filesFor(
  { files, faults, older }: Snapshot,
  reader: Release,
): Pick<Snapshot, 'files' | 'faults'> {
  const newer = atLeast(reader, reader.minor < 7 ? '1.6.32' : '1.7.16')
  return older === undefined || reader.major > 1 || newer ? { files, faults } : older
}

/** What 2.2 and later set where config.toml sets nothing (plugins/cri/images/plugin.go:64-72@v2.3.4). */
const DEFAULT_PATH = '/etc/containerd/certs.d:/etc/docker/certs.d'

function configPathIn({ configPath, mirrors }: EffectiveRegistry, reader: Release): string {
  const value = typeof configPath?.value === 'string' ? configPath.value : ''
  if (value !== '' || !atLeast(reader, '2.2.0')) return value
  if (atLeast(reader, '2.2.2')) return mirrors.length > 0 ? '' : DEFAULT_PATH
  // An empty value in a file of version 3 stays (internal/cri/config/config_unix.go:36@v2.2.0, plugin.go:219@v2.2.0).
  return configPath?.path[1] === 'io.containerd.cri.v1.images' ? '' : DEFAULT_PATH
}

/** Why this containerd does not start. */
function startFailure(
  snapshot: Snapshot,
  files: readonly ParsedConfig[],
  faults: readonly Issue[],
  reader: Release,
): Issue | undefined {
  const version = files[0]?.version ?? 1
  // 1.6 reads any version (services/server/config/config.go:99-115@v1.6.20).
  const refuses = version > 2 && atLeast(reader, '1.7.0') ? versionFault(version, reader) : undefined
  const issue = refuses && { file: snapshot.config.path, ...refuses }
  return issue ?? faults[0] ?? versionClashes(files, [reader])[0] ?? pluginNameFaults(files, [reader])[0]
}

/** Why CRI does not come up. */
function criFailure(
  files: readonly ParsedConfig[],
  registry: EffectiveRegistry,
  isSet: boolean,
  reader: Release,
): Issue | undefined {
  const [disabled] = disabledCri(files, [reader])
  if (disabled !== undefined) {
    const { name, file, line } = disabled
    return { file, line, message: `disabled_plugins has "${name}": containerd does not serve CRI` }
  }
  if (!isSet) return undefined
  const [mistyped] = registry.sections.flatMap(section => shapeFaults(section, reader))
  return mistyped ?? legacyFault(registry, reader)
}

function withoutDirectories(
  snapshot: Snapshot,
  registry: EffectiveRegistry,
  files: readonly ParsedConfig[],
  reader: Release,
): PullConfig {
  const ignored = [unsetConfigPath({ snapshot, registry, files, reader })]
  return pullsLocally(files, reader) ? { registry, ignored } : { roots: [], ignored }
}
