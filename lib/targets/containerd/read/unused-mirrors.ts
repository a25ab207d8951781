/** Why containerd does not use the hosts.toml files that an import reads. Pure. */
import type { Issue } from '../../../model/errors.ts'
import type { Loss } from '../../../model/read-back.ts'
import type { Release } from '../../release.ts'
import { ignoredTables } from '../config/ignored-tables.ts'
import { effectiveRegistry, placeOfSetting, type Setting } from '../config/merge.ts'
import type { ParsedConfig } from '../config/parsed-config.ts'
import { filesFor, pullConfig } from '../pull/pull-config.ts'
import { possibleReleases, rangesOf } from '../pull/releases.ts'
import type { Snapshot } from '../snapshot.ts'

/** The reason of `reader` where no release uses them; else that of each release that does not. */
export function unusedMirrors(snapshot: Snapshot, reader: Release): readonly Loss[] {
  const releases = possibleReleases(snapshot)
  const without = releases.flatMap(release => {
    const why = whyUnused(snapshot, release)
    return why === undefined ? [] : [{ release, why }]
  })
  if (without.length === releases.length)
    return without
      .filter(({ release }) => release.name === reader.name)
      .map(({ why }) => withReason('containerd does not use these mirrors now', why))
  const reasons = [...new Map(without.map(({ why }) => [why.message, why])).values()]
  return reasons.map(why => {
    const some = without.filter(one => one.why.message === why.message).map(({ release }) => release)
    return withReason(`containerd ${textOf(some, releases)} does not use these mirrors`, why)
  })
}

function withReason(what: string, why: Issue): Loss {
  return { ...why, message: `${what}: ${why.message}` }
}

function textOf(some: readonly Release[], all: readonly Release[]): string {
  const texts = rangesOf(some, all).map(({ from, before }) => {
    if (before === undefined) return `${from} and later`
    return from === all[0]?.name ? `before ${before}` : `from ${from} on, before ${before}`
  })
  return texts.join(', and ')
}

/** Undefined where this release reads a directory. */
function whyUnused(snapshot: Snapshot, reader: Release): Issue | undefined {
  const config = pullConfig(snapshot, reader)
  if ('failure' in config) return config.failure
  if ('unknown' in config) return config.unknown
  if ('roots' in config && config.roots.length > 0) return undefined
  const { files } = filesFor(snapshot, reader)
  return (
    lostConfigPath(files, snapshot.hostsDir, reader) ??
    pathInIgnoredTable(snapshot, files, reader) ??
    config.ignored[0]
  )
}

/** Later files override config.toml (cmd/containerd/server/config/config.go:616@v2.3.4). */
function lostConfigPath(
  files: readonly ParsedConfig[],
  hostsDir: string,
  reader: Release,
): Issue | undefined {
  const { configPath, sections } = effectiveRegistry(files, reader)
  const before = files
    .flatMap(file => effectiveRegistry([file], reader).configPath ?? [])
    .findLast(({ value }) => typeof value === 'string' && value !== '')
  if (configPath !== undefined)
    return configPath.value === '' ? emptied(configPath, before, hostsDir) : undefined
  const last = sections.at(-1)?.file
  if (before === undefined || last === undefined || before.file === last) return undefined
  const message = `this file replaces the CRI tables of ${before.file.path} with its config_path`
  return {
    file: last.path,
    message,
    hint: `set config_path = ${JSON.stringify(before.value)} in this file too`,
  }
}

function emptied(configPath: Setting, before: Setting | undefined, hostsDir: string): Issue {
  const place = placeOfSetting(configPath)
  if (before === undefined)
    return { ...place, message: 'config_path is ""', hint: `set config_path = "${hostsDir}"` }
  const message = `this file sets config_path to "", after ${before.file.path} sets it to ${JSON.stringify(before.value)}`
  return { ...place, message, hint: `remove config_path from ${place.file}` }
}

function pathInIgnoredTable(
  snapshot: Snapshot,
  files: readonly ParsedConfig[],
  generation: Release,
): Issue | undefined {
  const ignored = ignoredTables({ ...snapshot, files, generation })
  const found = ignored.find(({ names }) => names.includes('registry'))
  if (found === undefined) return undefined
  const { file, line, table, version, instead } = found
  return {
    file,
    line,
    message: `${table} is not a table of a file of version ${version}`,
    hint: `use ${instead}`,
  }
}
