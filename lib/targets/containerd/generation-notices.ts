/** What follows from the release of containerd, for the list and for regmirror. Pure. */
import type { Registry } from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import { isSameLine, isTested, knowsDefaultDirectory, knowsDialTimeout, type Release } from './release.ts'
import type { Snapshot } from './snapshot.ts'

export function generationNotices(registries: readonly Registry[], snapshot: Snapshot): readonly Notice[] {
  const { generation, installed } = snapshot
  if (generation === undefined) return [unknownNotice(snapshot)]
  return [
    ...(isTested(generation) ? [] : [untestedNotice(generation)]),
    ...(installed === undefined || isSameLine(installed, generation)
      ? []
      : [mismatchNotice(generation, installed)]),
    ...ignoredNotices(registries, generation),
  ]
}

function notice(code: string, message: string): Notice {
  return { code, message, target: 'containerd' }
}

function unknownNotice({ versionHangs }: Snapshot): Notice {
  const message =
    'the containerd version is unknown, so regmirror writes only keys that every release from 1.6 to 2.3 accepts; set version in [targets.containerd], such as version = "1.7"'
  const hung = versionHangs ? 'containerd --version does not end within 10 s; ' : ''
  return notice('version_unknown', `${hung}${message}`)
}

function untestedNotice({ name }: Release): Notice {
  return notice(
    'version_untested',
    `regmirror supports containerd 1.6 to 2.4; it treats containerd ${name} like the closest of them; check the mirrors after apply: regmirror probe`,
  )
}

function mismatchNotice(generation: Release, installed: Release): Notice {
  return notice(
    'version_mismatch',
    `version = "${generation.name}" in the list, but this node has containerd ${installed.name}; set version = "${installed.name}", or remove it`,
  )
}

/** Settings of the list that this release ignores. */
function ignoredNotices(registries: readonly Registry[], generation: Release): readonly Notice[] {
  const name = `containerd ${generation.name}`
  const timeout = `${name} ignores dial_timeout; it waits 30 s per request for a mirror that does not respond; update to containerd 2.1 or later, or run regmirror watch`
  const fallback = `${name} does not read _default, so "*" has no effect; update to containerd 1.6.17 or later`
  const isSlow = !knowsDialTimeout(generation) && registries.some(({ mirrors }) => mirrors.length > 0)
  const isDead = !knowsDefaultDirectory(generation) && registries.some(registry => registry.name === '*')
  return [
    ...(isSlow ? [notice('dial_timeout_ignored', timeout)] : []),
    ...(isDead ? [notice('default_ignored', fallback)] : []),
  ]
}
