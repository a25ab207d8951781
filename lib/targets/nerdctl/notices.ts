/** Notices about nerdctl.toml and the directories that it names. Pure. */
import type { Registry } from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import { hasBanner } from '../../ownership/banner.ts'
import { onOneLine } from '../../wording/printable.ts'
import { DEFAULT_DIRECTORY, directoryName } from '../hosts-toml/directory-name.ts'
import { writtenNotices } from '../written-notice.ts'
import { unknownKeys } from './config-file.ts'
import { hostsDirValue, isUsable } from './hosts-dir.ts'
import { writerOf } from './other-writers.ts'
import type { NerdctlSnapshot } from './snapshot.ts'

type Untargeted = Omit<Notice, 'target'>

export function notices(registries: readonly Registry[], snapshot: NerdctlSnapshot): readonly Notice[] {
  const found: readonly Untargeted[] = [
    ...unknownNotices(snapshot),
    ...writerNotices(snapshot),
    ...orderNotices(snapshot),
    ...shadowNotices(registries, snapshot),
    ...snapshot.unreadable.map(({ path, why }) => ({
      code: 'file_unreadable',
      message: `${why}; its registry is not in the list, so regmirror does not change it`,
      file: path,
    })),
  ]
  return found.map(notice => ({ ...notice, target: 'nerdctl' }))
}

/** A later release may know the key. */
function unknownNotices({ file }: NerdctlSnapshot): readonly Untargeted[] {
  if (file === undefined) return []
  return unknownKeys(file).map(key => ({
    code: 'key_unknown',
    message: `nerdctl 2.3.5 does not know ${onOneLine(key)}: a release that does not know a key fails with every command`,
    file: file.path,
    ...lineOf(file.locateKey([key])),
  }))
}

function lineOf(place: { readonly line: number } | undefined): { readonly line?: number } {
  return place === undefined ? {} : { line: place.line }
}

function writerNotices(snapshot: NerdctlSnapshot): readonly Untargeted[] {
  if (hostsDirValue(snapshot) === undefined) return []
  return writtenNotices(snapshot.file, writerOf, 'may reset hosts_dir')
}

/** Directories that come before that of the list now, and after it with the list. */
function orderNotices({
  hostsDir,
  hostsDirs,
  config,
  file,
  setValues,
}: NerdctlSnapshot): readonly Untargeted[] {
  const [first] = hostsDirs
  if (first === hostsDir || setValues.length > 0) return []
  const now = first === undefined ? 'names no directory' : `starts with ${onOneLine(first)}`
  const then = first !== undefined && !isUsable(first) ? ', which is no plain absolute path' : ''
  const message = `hosts_dir ${now}${then}; regmirror puts ${hostsDir} before it, and nerdctl 2.3 uses the first only`
  return [{ code: 'value_replaced', message, file: config, ...lineOf(file?.locateKey(['hosts_dir'])) }]
}

/** An existing directory is never completed by `_default`, even when it is empty (hosts.go:321-326@v2.3.4). */
function shadowNotices(
  registries: readonly Registry[],
  { directories, hostsDir }: NerdctlSnapshot,
): readonly Untargeted[] {
  const listed = new Set(registries.map(({ name }) => directoryName(name)))
  if (!listed.has(DEFAULT_DIRECTORY)) return []
  return (directories[hostsDir] ?? [])
    .filter(({ name, hosts }) => !listed.has(name) && (hosts === undefined || !hasBanner(hosts.bytes)))
    .map(({ name }) => ({
      code: 'default_shadowed',
      message: `nerdctl uses this directory instead of _default, so "*" has no effect for ${name}; add "${name}" to the list, or remove the directory`,
      registry: name,
      file: `${hostsDir}/${name}`,
    }))
}
