/** nerdctl: `hosts.toml` files in the directories of `hosts_dir` of nerdctl.toml; all are read at every command. */
import type { Target } from '../target.ts'
import { aboutNerdctl } from './about.ts'
import { nerdctlDialect } from './dialect.ts'
import { nerdctlLosses } from './losses.ts'
import { observe } from './observe.ts'
import { writerOf } from './other-writers.ts'
import { planned } from './planned.ts'
import { endpoints } from './pull/endpoints.ts'
import { nerdctlClient } from './pull-client.ts'
import { render } from './render.ts'
import type { NerdctlSettings } from './settings.ts'
import type { NerdctlSnapshot } from './snapshot.ts'
import { validate } from './validate.ts'

export const nerdctl: Target<NerdctlSettings, NerdctlSnapshot> = {
  ...aboutNerdctl,
  dialect: nerdctlDialect,
  losses: nerdctlLosses,
  removal: 'immediate',
  pullClient: async () => nerdctlClient,
  pathKeys: ['config', 'hosts_dir'],
  // nerdctl.toml names no mirrors; the files that do are in the snapshot.
  documents: {},
  observe,
  render,
  validate,
  endpoints,
  planned,
  explainer: async () => (await import('./pull/nerdctl-explainer.ts')).nerdctlExplainer,
  read: async snapshot => (await import('./read/read.ts')).read(snapshot),
  writerOf,
  daemon: {
    // It is no daemon: every command reads its files.
    activate: {},
    find: () => ({ state: 'unknown', program: 'nerdctl' }),
    findReader: async () => ({ state: 'unknown' }),
    causes: /nerdctl/,
    respond: async () => ({ serves: true, proof: 'every command reads its files' }),
    environment: async () => undefined,
  },
  doctor: async () => (await import('./doctor/nerdctl-doctor.ts')).nerdctlDoctor,
}
