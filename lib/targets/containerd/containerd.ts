/** containerd: `certs.d/<registry>/hosts.toml`, read at every pull, and `config_path` in config.toml, read at start. */

import { splice, valueAt, withdraw } from '../../formats/toml/edit.ts'
import type { MirrorList } from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import type { OwnedSetting } from '../../ownership/state.ts'
import type { DesiredFile, Target, View } from '../target.ts'
import { DEFAULT_CONFIG } from './command-line.ts'
import { dumpIssues } from './config-dump.ts'
import { NEW_CONFIG } from './config-toml.ts'
import { daemonEnvironment } from './daemon.ts'
import { daemonNotices } from './daemon-notices.ts'
import { endpoints } from './endpoints.ts'
import { isSameLine, knowsDefaultDirectory, knowsDialTimeout } from './generation.ts'
import { observe, type Snapshot } from './observe.ts'
import { disabledCri } from './plugin-names.ts'
import { renderConfig } from './render-config.ts'
import { effectOf, formerFiles, renderDirectories } from './render-directories.ts'

export const containerd: Target<Snapshot> = {
  title: 'containerd',
  observe,
  render(list, now, choices) {
    const directories = renderDirectories(list, now, choices)
    const config = renderConfig(now, choices)
    return {
      files: [...directories.files, ...config.files],
      notices: [
        ...generationNotices(list, now),
        ...daemonNotices(now),
        ...config.notices,
        ...directories.notices,
      ],
      conflicts: [...config.conflicts, ...directories.conflicts],
      effect: effectOf(now),
      held: formerFiles(now),
    }
  },
  check: checkConfig,
  withdraw: withdrawSetting,
  endpoints,
  restart: {
    command: 'systemctl restart containerd',
    why: 'containerd reads config_path only when it starts',
  },
  environment: ({ targets }, { files, processes }) =>
    daemonEnvironment(processes, files, targets.containerd.config || DEFAULT_CONFIG),
  startedAt: ({ daemons: { readers } }) =>
    readers.length === 0 ? undefined : Math.min(...readers.map(daemon => daemon.startedAt)),
}

async function checkConfig(changed: readonly DesiredFile[], snapshot: Snapshot, view: View) {
  const config = changed.find(file => file.path === snapshot.config.path)
  // The binary may judge for its own release line only.
  const asked = snapshot.installed !== undefined && isSameLine(snapshot.installed, snapshot.generation)
  if (view.machine === undefined || !asked || typeof config?.content !== 'string') return []
  const imports = snapshot.files.slice(1).map(file => file.path)
  const criRuns = disabledCri(snapshot.files, snapshot.readers).length === 0
  const hostsDir = criRuns ? snapshot.hostsDir : undefined
  return await dumpIssues(view.machine.run, config.path, config.content, imports, hostsDir)
}

function withdrawSetting(text: string, original: string | undefined, setting: OwnedSetting, always: boolean) {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : ''
  const toml = text.slice(mark.length)
  const before = original?.replace(/^\ufeff/, '') ?? NEW_CONFIG
  if (splice(before, setting.path, setting.value) === toml) return original ?? null
  if (!always && valueAt(toml, setting.path) !== setting.value) return text
  const result = withdraw(toml, original?.replace(/^\ufeff/, ''), setting.path)
  return result === undefined ? undefined : mark + result
}

function generationNotices(list: MirrorList, snapshot: Snapshot): readonly Notice[] {
  const { generation, installed } = snapshot
  const notice = (code: string, message: string): Notice => ({ code, message, target: 'containerd' })
  if (generation === undefined) {
    const message =
      'which containerd will read this is not known: only what all of 1.6 to 2.3 accept is written; name it with version in [targets.containerd] to be checked for it'
    const hung = snapshot.versionHangs ? 'containerd --version does not end within 10 s; ' : ''
    return [notice('generation_unknown', `${hung}${message}`)]
  }
  const name = `containerd ${generation.name}`
  const notices: Notice[] = []
  if (installed !== undefined && !isSameLine(installed, generation)) {
    notices.push(notice('generation_mismatch', `the list says ${name}, but this node has ${installed.name}`))
  }
  if (!knowsDialTimeout(generation) && list.registries.some(registry => registry.mirrors.length > 0)) {
    notices.push(
      notice(
        'dial_timeout_ignored',
        `${name} ignores dial_timeout (2.1 honours it): a mirror that drops packets costs 30 s a request`,
      ),
    )
  }
  if (!knowsDefaultDirectory(generation) && list.registries.some(registry => registry.name === '*')) {
    notices.push(
      notice(
        'default_ignored',
        `${name} does not read _default (1.6.17 does): the mirrors of "*" are not used`,
      ),
    )
  }
  return notices
}
