/** containerd: `certs.d/<registry>/hosts.toml`, read at every pull, and `config_path` in config.toml, read at start. */

import { isSameLine } from '../release.ts'
import type { DesiredFile, Target } from '../target.ts'
import type { View } from '../view.ts'
import { aboutContainerd } from './about.ts'
import { dumpIssues } from './config/dump.ts'
import { disabledCri } from './config/plugin-names.ts'
import { renderConfig } from './config/render.ts'
import { daemonEnvironment } from './daemon.ts'
import { daemonConflicts } from './daemon-conflicts.ts'
import { daemonNotices } from './daemon-notices.ts'
import { findDaemon } from './daemon-state.ts'
import { containerdDialect } from './dialect.ts'
import { containerdDocuments } from './documents.ts'
import { findReader } from './find-reader.ts'
import { findEffect, formerFiles, renderDirectories } from './hosts/render-directories.ts'
import { findRelease } from './installed.ts'
import { containerdLosses } from './losses.ts'
import { observe } from './observe.ts'
import { writerOf } from './other-writers.ts'
import { plannedSnapshot } from './planned.ts'
import { endpoints } from './pull/endpoints.ts'
import { describePullClient } from './pull-client.ts'
import { releaseNotices } from './release-notices.ts'
import type { ContainerdSettings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'

export const containerd: Target<ContainerdSettings, Snapshot> = {
  ...aboutContainerd,
  dialect: containerdDialect,
  losses: containerdLosses,
  documents: containerdDocuments,
  removal: 'immediate',
  pullClient: async (settings, machine) => describePullClient(await findRelease(settings, machine)),
  pathKeys: ['config', 'hosts_dir'],
  observe,
  render(registries, snapshot, choices) {
    const directories = renderDirectories(registries, snapshot, choices)
    const config = renderConfig(registries, snapshot, choices)
    return {
      files: [...directories.files, ...config.files],
      notices: [
        ...releaseNotices(registries, snapshot),
        ...daemonNotices(snapshot),
        ...config.notices,
        ...directories.notices,
      ],
      conflicts: [...daemonConflicts(snapshot), ...config.conflicts, ...directories.conflicts],
      effect: findEffect(snapshot),
      held: formerFiles(snapshot),
      kept: keptFiles(snapshot),
      migrated: config.migrated ?? [],
    }
  },
  validate: validateConfig,
  endpoints,
  planned: plannedSnapshot,
  explainer: async () => (await import('./pull/containerd-explainer.ts')).containerdExplainer,
  read: async snapshot => (await import('./read/read.ts')).read(snapshot),
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
    findReader,
    causes: /\bcri\b|TOML|config|panic|listen/i,
    respond: async address => (await import('./cri-response.ts')).respond(address),
  },
  doctor: async () => (await import('./doctor/containerd-doctor.ts')).containerdDoctor,
}

/** With `config = false`, what regmirror has edited; else imports without the tables that were in them. */
function keptFiles({ config, editedFiles, files }: Snapshot): readonly string[] {
  if (!config.managed) return editedFiles
  const imports = files.slice(1).map(file => file.path)
  return editedFiles.filter(file => imports.includes(file))
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
