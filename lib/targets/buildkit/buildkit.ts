/** BuildKit: `buildkitd.toml`, read at start; a builder of docker buildx has a copy of it. */
import type { Target } from '../target.ts'
import { aboutBuildkit } from './about.ts'
import { certificatesDirectory } from './config/certificates.ts'
import { renderConfig } from './config/render.ts'
import { findDaemon } from './daemon-state.ts'
import { daemonEnvironment, findDaemons, NO_DAEMONS } from './daemons.ts'
import { buildkitDialect } from './dialect.ts'
import { buildkitDocuments } from './documents.ts'
import { buildkitLosses } from './losses.ts'
import { notices, unreadConflicts } from './notices.ts'
import { fileOf, findRelease, observe } from './observe.ts'
import { writerOf } from './other-writers.ts'
import { endpoints } from './pull/endpoints.ts'
import { describePullClient } from './pull-client.ts'
import { type BuildkitSettings, configPath, DEFAULT_CONFIG } from './settings.ts'
import type { BuildkitSnapshot } from './snapshot.ts'
import { validate } from './validate.ts'

export const buildkit: Target<BuildkitSettings, BuildkitSnapshot> = {
  ...aboutBuildkit,
  dialect: buildkitDialect,
  losses: buildkitLosses,
  removal: 'restart',
  async pullClient(settings, machine) {
    const config = configPath(settings ?? { config: undefined })
    const daemons = machine && (await findDaemons(machine.processes, config, DEFAULT_CONFIG))
    return describePullClient(await findRelease(settings?.version, daemons ?? NO_DAEMONS, machine))
  },
  pathKeys: ['config'],
  documents: buildkitDocuments,
  observe: (view, _registries, settings) => observe(view, settings),
  render(registries, snapshot) {
    const { files, values, conflicts } = renderConfig(registries, snapshot)
    return {
      files,
      notices: notices(registries, values, snapshot),
      conflicts: [...unreadConflicts(snapshot), ...conflicts],
      effect: 'restart',
      held: snapshot.written.filter(file => file.startsWith(`${certificatesDirectory(snapshot.config)}/`)),
      kept: [],
    }
  },
  validate,
  endpoints,
  planned(snapshot, files) {
    const file = files.find(({ path }) => path === snapshot.config)
    return file === undefined ? snapshot : { ...snapshot, ...fileOf(snapshot.config, file.bytes) }
  },
  explainer: async () => (await import('./pull/buildkit-explainer.ts')).buildkitExplainer,
  read: async snapshot => (await import('./read/read.ts')).read(snapshot),
  writerOf,
  daemon: {
    activate: {
      restart: {
        command: 'systemctl restart buildkit',
        why: 'buildkitd reads buildkitd.toml only when it starts',
      },
    },
    find: findDaemon,
    async findReader(files, { machine }) {
      const config = files.find(file => file.endsWith('/buildkitd.toml')) ?? DEFAULT_CONFIG
      if (machine === undefined) return { state: 'unknown' }
      const daemons = await findDaemons(machine.processes, config, DEFAULT_CONFIG)
      const release = await findRelease(undefined, daemons, machine)
      return findDaemon({ daemons, release, installed: false, onMachine: true })
    },
    causes: /buildkitd|toml|config|panic|listen/i,
    respond: async () => ({ serves: true, proof: 'its process runs' }),
    environment: ({ config }, { processes }) =>
      daemonEnvironment(processes, configPath({ config }), DEFAULT_CONFIG),
  },
  doctor: async () => (await import('./doctor/buildkit-doctor.ts')).buildkitDoctor,
}
