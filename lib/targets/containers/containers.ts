/** Podman, Buildah, Skopeo and CRI-O: a drop-in of registries.conf, and `certs.d`, which the containers/image library reads. */
import type { Target } from '../target.ts'
import { aboutContainers } from './about.ts'
import { containersDaemon } from './daemon.ts'
import { containersDialect } from './dialect.ts'
import { containersDocuments } from './documents.ts'
import { containersLosses } from './losses.ts'
import { observe, readInstalled } from './observe.ts'
import { writerOf } from './other-writers.ts'
import { plannedSnapshot } from './planned.ts'
import { endpoints } from './pull/endpoints.ts'
import { describePullClient } from './pull-client.ts'
import { parseRelease } from './release.ts'
import { render } from './render/render.ts'
import type { ContainersSettings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'
import { validate } from './validate.ts'

export const containers: Target<ContainersSettings, Snapshot> = {
  ...aboutContainers,
  dialect: containersDialect,
  losses: containersLosses,
  documents: containersDocuments,
  removal: 'immediate',
  pullClient: async (settings, machine) => {
    const named = settings?.version === undefined ? undefined : parseRelease(settings.version)
    return describePullClient(named ?? (await readInstalled(machine)))
  },
  pathKeys: ['config_dir'],
  observe,
  render,
  validate,
  endpoints,
  planned: plannedSnapshot,
  explainer: async () => (await import('./pull/explainer.ts')).containersExplainer,
  read: async snapshot => (await import('./read/read.ts')).read(snapshot),
  writerOf,
  daemon: containersDaemon,
  doctor: async () => (await import('./doctor/containers-doctor.ts')).containersDoctor,
}
