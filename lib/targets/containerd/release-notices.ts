/** Notices about the release of containerd: not known, not tested, or without what the list uses. Pure. */
import type { Registry } from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import { knowsDefaultDirectory, knowsDialTimeout } from '../hosts-toml/known-keys.ts'
import { isSameLine, type Release } from '../release.ts'
import { notice } from './notice.ts'
import { isTested } from './release.ts'
import type { Snapshot } from './snapshot.ts'

export function releaseNotices(registries: readonly Registry[], snapshot: Snapshot): readonly Notice[] {
  const { generation } = snapshot
  if (generation === undefined) return [unknownNotice(snapshot)]
  return [
    ...supportNotices(generation, snapshot),
    ...(knowsDialTimeout(generation) ? [] : dialTimeoutNotices(registries, generation)),
    ...(knowsDefaultDirectory(generation) ? [] : defaultNotices(registries, generation)),
  ]
}

function unknownNotice({ versionHangs }: Snapshot): Notice {
  const message =
    'the containerd version is unknown, so regmirror writes only keys that every release from 1.6 to 2.3 accepts; set version in [targets.containerd], such as version = "1.7"'
  const hung = versionHangs ? 'containerd --version does not end within 10 s; ' : ''
  return notice('version_unknown', `${hung}${message}`)
}

function supportNotices(generation: Release, { installed }: Snapshot): readonly Notice[] {
  const untested = `regmirror supports containerd 1.6 to 2.4; it treats containerd ${generation.name} like the closest of them; check the mirrors after apply: regmirror probe`
  const mismatch =
    installed !== undefined && !isSameLine(installed, generation)
      ? `version = "${generation.name}" in the list, but this node has containerd ${installed.name}; set version = "${installed.name}", or remove it`
      : undefined
  return [
    ...(isTested(generation) ? [] : [notice('version_untested', untested)]),
    ...(mismatch === undefined ? [] : [notice('version_mismatch', mismatch)]),
  ]
}

function dialTimeoutNotices(registries: readonly Registry[], { name }: Release): readonly Notice[] {
  if (!registries.some(({ mirrors }) => mirrors.length > 0)) return []
  const message = `containerd ${name} ignores dial_timeout: it waits 30 s per request for a mirror that does not respond; update to containerd 2.0.7 or later; regmirror watch removes such mirrors`
  return [notice('dial_timeout_ignored', message)]
}

function defaultNotices(registries: readonly Registry[], { name }: Release): readonly Notice[] {
  if (!registries.some(registry => registry.name === '*')) return []
  const message = `containerd ${name} does not read _default, so "*" has no effect; update to containerd 1.6.17 or later`
  return [notice('default_ignored', message)]
}
