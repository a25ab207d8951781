/** Notices about config.toml. Pure. */
import type { Issue } from '../../../model/errors.ts'
import { hideCredentials } from '../../../model/hide-credentials.ts'
import type { Notice } from '../../../model/report.ts'
import type { Choices } from '../../choices.ts'
import type { Snapshot } from '../snapshot.ts'
import { isAbsolutePath, isPlaceholder, namesOnly } from './config-path.ts'
import { versionClashes } from './config-toml.ts'
import { registryFaults } from './conflicts.ts'
import { ignoredTables } from './ignored-tables.ts'
import { effectiveRegistries, effectiveRegistry, placeOfSetting } from './merge.ts'
import { criRemedy, disabledCri, pluginNameFaults } from './plugin-names.ts'

export function configNotices(snapshot: Snapshot, { migrate }: Pick<Choices, 'migrate'>): readonly Notice[] {
  return [
    ...disabledNotices(snapshot),
    ...tlsNotices(snapshot),
    ...ignoredTables(snapshot).map(({ message, ...place }) => notice('table_ignored', message, place)),
    ...(snapshot.config.managed ? [] : unmanagedNotices(snapshot)),
    ...(migrate !== undefined && !snapshot.config.managed ? [notMigrated(snapshot)] : []),
  ]
}

function notice(code: string, message: string, place: { file: string; line?: number | undefined }): Notice {
  const { file, line } = place
  return {
    code,
    message: hideCredentials(message),
    target: 'containerd',
    file,
    ...(line !== undefined && { line }),
  }
}

function notMigrated({ config }: Snapshot): Notice {
  const message = 'the list has config = false, so regmirror does not edit this file: --migrate has no effect'
  return notice('not_migrated', message, { file: config.path })
}

function disabledNotices(snapshot: Snapshot): readonly Notice[] {
  return disabledCri(snapshot.files, snapshot.readers).map(({ name, file, line }) =>
    notice(
      'cri_disabled',
      `disabled_plugins turns CRI off, so Kubernetes cannot pull through this containerd; ${criRemedy({ name })}`,
      { file, line },
    ),
  )
}

/** 2.x has no `tls` any more (internal/cri/config/config.go:117@v2.1.9), so regmirror loses nothing. */
function tlsNotices(snapshot: Snapshot): readonly Notice[] {
  const [reader] = snapshot.readers
  if (reader === undefined || snapshot.readers.some(({ major }) => major < 2)) return []
  return effectiveRegistry(snapshot.files, reader).tls.map(setting =>
    notice(
      'tls_ignored',
      `containerd 2 ignores ${setting.path.slice(2).join('.')}; set ca or client in the list`,
      placeOfSetting(setting),
    ),
  )
}

/** With `config = false` another program writes config.toml: why containerd does not use the mirrors, if it does not. */
export function unmanagedNotices(snapshot: Snapshot): readonly Notice[] {
  const effective = effectiveRegistries(snapshot).map(({ configPath }) => configPath)
  const isSet = effective.some(setting => setting !== undefined && setting.value !== '')
  const faults = [
    ...snapshot.faults,
    ...versionClashes(snapshot.files, snapshot.readers),
    ...pluginNameFaults(snapshot.files, snapshot.readers),
    ...(isSet ? registryFaults(snapshot.files, snapshot) : []),
  ]
  if (faults.length > 0) return faults.map(issue => faultNotice(issue, snapshot))
  const elsewhere = effective.findIndex(setting => !namesOnly(setting?.value, snapshot.hostsDir))
  if (elsewhere === -1 || snapshot.isWorkingList) return []
  const setting = effective[elsewhere]
  const message = isPlaceholder(setting?.value)
    ? `config_path contains a placeholder: containerd uses these mirrors only if it becomes ${snapshot.hostsDir}`
    : `config_path is not ${snapshot.hostsDir}, so containerd does not use these mirrors; set config_path = "${snapshot.hostsDir}"`
  return [
    notice(
      'config_path_elsewhere',
      message,
      setting ? placeOfSetting(setting) : { file: snapshot.config.path },
    ),
  ]
}

function faultNotice({ message, hint, file = '', line }: Issue, snapshot: Snapshot): Notice {
  const text = `containerd does not use these mirrors: ${message}${hint === undefined ? '' : `; ${hint}`}`
  return notice('config_unusable', text, { file: file === '' ? snapshot.config.path : file, line })
}

/** What regmirror repairs when it writes config.toml. */
export function repairNotices(snapshot: Snapshot): readonly Notice[] {
  return [...relativeNotices(snapshot), ...listNotices(snapshot)]
}

/** A relative `config_path` starts at the working directory of containerd. */
function relativeNotices(snapshot: Snapshot): readonly Notice[] {
  const settings = effectiveRegistries(snapshot).map(({ configPath }) => configPath)
  const odd = settings.find(setting => typeof setting?.value === 'string' && !isAbsolutePath(setting.value))
  if (odd === undefined || isPlaceholder(odd.value)) return []
  const message = `config_path ${JSON.stringify(odd.value)} is not a plain absolute path; regmirror changes it to ${snapshot.hostsDir}`
  return [notice('config_path_relative', message, placeOfSetting(odd))]
}

function listNotices(snapshot: Snapshot): readonly Notice[] {
  if (snapshot.currentDirs.length < 2 || snapshot.isWorkingList) return []
  const was = snapshot.currentDirs.join(':')
  const message = `config_path has several directories (${was}), which containerd 2.1 and later read as one; regmirror changes it to ${snapshot.hostsDir}`
  return [notice('config_path_list', message, { file: snapshot.config.path })]
}
