/** Docker Engine: mirrors in daemon.json, read at a reload, and in `certs.d/<registry>/hosts.toml`, read at every pull. */

import { parseRelease } from '../release.ts'
import type { Target } from '../target.ts'
import { aboutDocker } from './about.ts'
import { dockerActivate } from './activate.ts'
import { findDaemon } from './daemon-state.ts'
import { findDaemons, NO_DAEMONS } from './daemons.ts'
import { dockerDialect } from './dialect.ts'
import { dockerDocuments } from './documents.ts'
import { daemonEnvironment } from './environment.ts'
import { findReader } from './find-reader.ts'
import { readInstalled } from './installed.ts'
import { dockerLosses } from './losses.ts'
import { observe } from './observe.ts'
import { writerOf } from './other-writers.ts'
import { pathsFor } from './paths.ts'
import { plannedSnapshot } from './planned.ts'
import { endpoints } from './pull/endpoints.ts'
import { describePullClient } from './pull-client.ts'
import { readSpeech } from './read-speech.ts'
import { render } from './render.ts'
import type { DockerSettings } from './settings.ts'
import type { DockerSnapshot } from './snapshot.ts'
import { validate } from './validate.ts'

export const docker: Target<DockerSettings, DockerSnapshot> = {
  ...aboutDocker,
  dialect: dockerDialect,
  readSpeech,
  losses: dockerLosses,
  documents: dockerDocuments,
  removal: 'immediate',
  pullClient: async (settings, machine) => {
    if (settings?.version !== undefined) return describePullClient(parseRelease(settings.version))
    const paths = pathsFor(undefined)
    const file = settings?.config ?? paths.config
    const daemons = machine ? await findDaemons(machine.processes, machine.files, file, paths) : NO_DAEMONS
    return describePullClient((await readInstalled(machine, daemons, undefined)).installed)
  },
  pathKeys: ['config'],
  observe,
  render,
  validate,
  endpoints,
  planned: plannedSnapshot,
  explainer: async () => (await import('./pull/docker-explainer.ts')).dockerExplainer,
  read: async snapshot => (await import('./read/read.ts')).read(snapshot),
  writerOf,
  daemon: {
    activate: dockerActivate,
    environment: daemonEnvironment,
    find: findDaemon,
    findReader,
    causes: /config|registr|mirror|json|level=(error|fatal)/i,
    respond: async (address, written) => (await import('./respond.ts')).respond(address, written),
  },
  doctor: async () => (await import('./doctor/docker-doctor.ts')).dockerDoctor,
}
