/** Names of plugins in config.toml: those that keep containerd from starting, and those that disable CRI. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import { locateKey, locateToml } from '../../../formats/toml/locations.ts'
import { type Issue, issueText } from '../../../model/errors.ts'
import type { Release } from '../../release.ts'
import type { ParsedConfig } from './parsed-config.ts'

const LISTS = ['disabled_plugins', 'required_plugins'] as const

/** A plugin that a file names. */
interface Named {
  readonly name: string
  readonly file: ParsedConfig
  readonly path: readonly (string | number)[]
}

/** The full names of plugins that version 1 names shortly, as containerd translates them (config.go:160-199@v2.3.4). */
const TYPES: readonly (readonly [type: string, names: readonly string[]])[] = [
  ['io.containerd.grpc.v1', ['cri']],
  ['io.containerd.snapshotter.v1', ['aufs', 'btrfs', 'devmapper', 'native', 'overlayfs', 'zfs']],
  ['io.containerd.internal.v1', ['opt', 'restart', 'tracing']],
  ['io.containerd.monitor.v1', ['cgroups']],
  ['io.containerd.runtime.v1', ['linux']],
  ['io.containerd.runtime.v2', ['task']],
  ['io.containerd.gc.v1', ['scheduler']],
  ['io.containerd.metadata.v1', ['bolt']],
  ['io.containerd.tracing.processor.v1', ['otlp']],
]

/** `"io.containerd.grpc.v1.cri" for "cri"`: the name in version 2 for a short name of version 1. */
function fullName(name: string): string {
  const type = TYPES.find(([, names]) => names.includes(name))?.[0] ?? 'io.containerd.<type>.v1'
  return `"${type}.${name}" for "${name}"`
}

function isShortName(name: string): boolean {
  return /^[\w-]+$/.test(name)
}

/** Names with which containerd does not start. */
export function pluginNameFaults(
  files: readonly ParsedConfig[],
  readers: readonly Release[],
): readonly Issue[] {
  const faults = readers.flatMap(reader => [...misnamed(files, reader), ...missing(files, reader)])
  return [...new Map(faults.map(issue => [issueText({ ...issue, message: '' }), issue])).values()]
}

/** What a file of version 1 needs besides `version = 2`; empty without short names of plugins. */
export function renamingHint(file: ParsedConfig): string {
  const names = [...listed([file]), ...tables([file])].map(({ name }) => name)
  const short = [...new Set(names)].filter(isShortName)
  return short.length === 0 ? '' : `, and name plugins in full: ${short.map(fullName).join(', ')}`
}

/** What a file of version 3 or 4 needs besides \`version = 2\`: containerd 1.x ignores the newer tables of CRI. */
export function movingHint(file: ParsedConfig, version: number): string {
  const moved = tables([file]).filter(({ name }) => name.startsWith('io.containerd.cri.v1.'))
  if (version > 2 || moved.length === 0) return ''
  const names = moved.map(({ name }) => `[plugins."${name}"]`).join(' and ')
  return `, and move the settings of ${names} to [plugins."io.containerd.grpc.v1.cri"]`
}

/** Names of version 1 in a file of version 2 and later, or merged with one. */
function misnamed(files: readonly ParsedConfig[], reader: Release): readonly Issue[] {
  // 1.x also looks at the tables, and 2.x renames the plugins of each file below version 2 (config.go:160@v2.3.4).
  const names = reader.major < 2 ? [...listed(files), ...tables(files)] : listed(files)
  const counts = (file: ParsedConfig) => versionFor(file, files, reader) > 1
  return names
    .filter(({ name, file }) => counts(file) && !isFullName(name, reader))
    .map(({ name, file, path }) => ({
      ...placeOf({ name, file, path }),
      message: `names the plugin ${JSON.stringify(name)} as in version 1: containerd ${reader.major}.x does not start with it`,
      hint: isShortName(name) ? `write ${fullName(name)}` : 'remove it',
    }))
}

/** The version by which a release reads a file: 1.x uses the last one for all files (services/server/config/config.go:290@v1.7.24). */
export function versionFor(file: ParsedConfig, files: readonly ParsedConfig[], { major }: Release): number {
  return (major < 2 ? files.findLast(({ version }) => version)?.version : file.version) ?? 1
}

/**
 * What a release accepts as a full name: `io.containerd.` and four parts since 1.7, four parts in 1.6
 * (services/server/config/config.go:117@v1.7.24, :101@v1.6.20), a dot in 2.x.
 */
function isFullName(name: string, { major, minor }: Release): boolean {
  if (major >= 2) return name.includes('.')
  return name.split('.').length >= 4 && (minor < 7 || name.startsWith('io.containerd.'))
}

/** Required plugins that are disabled, or that 1.x has under another name: it does not start without them. */
function missing(files: readonly ParsedConfig[], reader: Release): readonly Issue[] {
  const names = listed(files)
  const disabled = new Set(names.filter(({ path }) => path[0] === LISTS[0]).map(({ name }) => name))
  return names
    .filter(({ path }) => path[0] === LISTS[1])
    .flatMap(named => {
      const message = `requires the plugin ${JSON.stringify(named.name)}`
      const issue = { ...placeOf(named), hint: 'remove it from required_plugins' }
      if (disabled.has(named.name))
        return [
          { ...issue, message: `${message}, which disabled_plugins disables: containerd does not start` },
        ]
      if (named.name === '')
        return [{ ...issue, message: `${message}, which no containerd has: containerd does not start` }]
      const unknown =
        reader.major < 2 && versionFor(named.file, files, reader) < 2 && named.name.includes('.')
      return unknown
        ? [
            {
              ...issue,
              message: `${message}, which has another name in version 1: containerd 1.x does not start`,
            },
          ]
        : []
    })
}

/** Plugins that CRI needs to start, besides its own (trials on 1.6.20, 1.7.24 and 2.1.9). */
const NEEDED = [
  ...['content.v1.content', 'metadata.v1.bolt', 'gc.v1.scheduler', 'event.v1.exchange', 'differ.v1.walking'],
  ...['runtime.v2.task', 'service.v1.containers-service', 'service.v1.content-service'],
  ...['service.v1.diff-service', 'service.v1.images-service', 'service.v1.introspection-service'],
  ...['service.v1.namespaces-service', 'service.v1.snapshots-service', 'service.v1.tasks-service'],
]
const NEEDED_BY_2 = [
  ...['cri.v1.images', 'cri.v1.runtime', 'podsandbox.controller.v1.podsandbox', 'sandbox.controller.v1.shim'],
  ...['sandbox.store.v1.local', 'transfer.v1.local', 'lease.v1.manager', 'image-verifier.v1.bindir'],
]

/** What to do about it; a node with Docker alone needs no CRI. */
export function criRemedy({ name }: { readonly name: string }): string {
  return `remove ${JSON.stringify(name)}; on a node with Docker alone, use [targets.docker] in place of [targets.containerd]`
}

/** Entries of `disabled_plugins` that keep one of these containerds from serving CRI. */
export function disabledCri(
  files: readonly ParsedConfig[],
  readers: readonly Release[],
): readonly { readonly name: string; readonly file: string; readonly line: number }[] {
  return listed(files)
    .filter(({ path }) => path[0] === LISTS[0])
    .filter(({ name, file }) => readers.some(reader => needs(name, versionFor(file, files, reader), reader)))
    .map(named => ({ name: named.name, file: named.file.path, line: placeOf(named).line }))
}

function needs(name: string, version: number, { major, minor }: Release): boolean {
  if (version < 2 && name === 'cri') return true
  // Version 1 has no other names of 1.x.
  if (version < 2 && major < 2) return false
  const more = major >= 2 ? NEEDED_BY_2 : minor < 7 ? ['runtime.v1.linux'] : []
  const needed = ['grpc.v1.cri', ...NEEDED, ...more]
  return needed.some(end => name === `io.containerd.${end}`)
}

function listed(files: readonly ParsedConfig[]): readonly Named[] {
  return files.flatMap(file =>
    LISTS.flatMap(list => {
      const names = file.value[list]
      return Array.isArray(names) ? names.map((name, i) => ({ name, file, path: [list, i] })) : []
    }),
  )
}

function tables(files: readonly ParsedConfig[]): readonly Named[] {
  return files.flatMap(file => {
    const { plugins } = file.value
    return isTable(plugins) ? Object.keys(plugins).map(name => ({ name, file, path: ['plugins', name] })) : []
  })
}

function placeOf({ file, path }: Named): { file: string; line: number; column: number } {
  const place = path[0] === 'plugins' ? locateKey(file.tree(), path) : locateToml(file.tree(), path)
  return { file: file.path, ...(place ?? { line: 1, column: 1 }) }
}
