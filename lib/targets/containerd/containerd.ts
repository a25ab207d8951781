/** containerd: `certs.d/<registry>/hosts.toml`, read at every pull, and `config_path` in config.toml, read at start. */

import type { Registry } from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import type { DesiredFile, Target, View } from '../target.ts'
import { dumpIssues } from './config/dump.ts'
import { disabledCri } from './config/plugin-names.ts'
import { renderConfig } from './config/render.ts'
import { daemonEnvironment } from './daemon.ts'
import { daemonConflicts } from './daemon-conflicts.ts'
import { daemonNotices } from './daemon-notices.ts'
import { findDaemon } from './daemon-state.ts'
import { containerdDialect } from './dialect.ts'
import { findEffect, formerFiles, renderDirectories } from './hosts/render-directories.ts'
import { findRelease } from './installed.ts'
import { observe } from './observe.ts'
import { writerOf } from './other-writers.ts'
import { endpoints } from './pull/endpoints.ts'
import { describePullClient } from './pull-client.ts'
import { isSameLine, isTested, knowsDefaultDirectory, knowsDialTimeout } from './release.ts'
import { type ContainerdSettings, containerdSettings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'

export const containerd: Target<ContainerdSettings, Snapshot> = {
  title: 'containerd',
  settings: containerdSettings,
  dialect: containerdDialect,
  removal: 'immediate',
  pullClient: async (settings, machine) => describePullClient(await findRelease(settings?.version, machine)),
  pathKeys: ['config', 'hosts_dir'],
  observe,
  render(registries, snapshot, choices) {
    const directories = renderDirectories(registries, snapshot, choices)
    const config = renderConfig(snapshot, choices)
    return {
      files: [...directories.files, ...config.files],
      notices: [
        ...generationNotices(registries, snapshot),
        ...daemonNotices(snapshot),
        ...config.notices,
        ...directories.notices,
      ],
      conflicts: [...daemonConflicts(snapshot), ...config.conflicts, ...directories.conflicts],
      effect: findEffect(snapshot),
      held: formerFiles(snapshot),
      kept: snapshot.config.managed ? [] : snapshot.editedFiles,
    }
  },
  validate: validateConfig,
  endpoints,
  writerOf,
  daemon: {
    activate: {
      restart: {
        command: 'systemctl restart containerd',
        why: 'containerd reads config_path only when it starts',
      },
    },
    environment: ({ config }, { files, processes }) => daemonEnvironment(processes, files, config),
    find: findDaemon,
  },
}

async function validateConfig(changed: readonly DesiredFile[], snapshot: Snapshot, view: View) {
  const config = changed.find(file => file.path === snapshot.config.path)
  // The binary knows only the config of its own release line.
  const { installed, program, generation } = snapshot
  const canValidate = installed !== undefined && isSameLine(installed, generation)
  if (view.machine === undefined || program === undefined || !canValidate) return []
  if (typeof config?.content !== 'string') return []
  const imports = snapshot.files.slice(1).map(file => file.path)
  const criRuns = disabledCri(snapshot.files, snapshot.readers).length === 0
  const hostsDir = criRuns ? snapshot.hostsDir : undefined
  const dump = { run: view.machine.run, program, imports, hostsDir }
  return await dumpIssues(dump, config.path, config.content)
}

function generationNotices(registries: readonly Registry[], snapshot: Snapshot): readonly Notice[] {
  const { generation, installed } = snapshot
  const notice = (code: string, message: string): Notice => ({ code, message, target: 'containerd' })
  if (generation === undefined) {
    const message =
      'the containerd version is unknown, so regmirror writes only keys that every release from 1.6 to 2.3 accepts; set version in [targets.containerd], such as version = "1.7"'
    const hung = snapshot.versionHangs ? 'containerd --version does not end within 10 s; ' : ''
    return [notice('version_unknown', `${hung}${message}`)]
  }
  const name = `containerd ${generation.name}`
  const notices: Notice[] = []
  if (!isTested(generation)) {
    const message = `regmirror supports containerd 1.6 to 2.4; it treats ${name} like the closest of them; check the mirrors after apply: regmirror probe`
    notices.push(notice('version_untested', message))
  }
  if (installed !== undefined && !isSameLine(installed, generation)) {
    notices.push(
      notice(
        'version_mismatch',
        `version = "${generation.name}" in the list, but this node has containerd ${installed.name}; set version = "${installed.name}", or remove it`,
      ),
    )
  }
  if (!knowsDialTimeout(generation) && registries.some(registry => registry.mirrors.length > 0)) {
    notices.push(
      notice(
        'dial_timeout_ignored',
        `${name} ignores dial_timeout; it waits 30 s per request for a mirror that does not respond; update to containerd 2.1 or later, or run regmirror watch`,
      ),
    )
  }
  if (!knowsDefaultDirectory(generation) && registries.some(registry => registry.name === '*')) {
    notices.push(
      notice(
        'default_ignored',
        `${name} does not read _default, so "*" has no effect; update to containerd 1.6.17 or later`,
      ),
    )
  }
  return notices
}
