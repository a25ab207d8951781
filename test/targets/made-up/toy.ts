/**
 * A runtime that does not exist. Its folder and a line in a table are all that regmirror needs to configure it: toy.json
 * is edited in place and read at a reload; the file of a registry is regmirror's own and read at every pull.
 */
import { findWriter } from '../../../lib/ownership/other-writers.ts'
import { targets } from '../../../lib/targets/index.ts'
import { PLAIN_CLIENT } from '../../../lib/targets/pull-client.ts'
import type { Target } from '../../../lib/targets/target.ts'
import { knownTarget } from '../../support/known-target.ts'
import { toyDialect } from './dialect.ts'
import { endpoints } from './endpoints.ts'
import { toyLosses } from './losses.ts'
import { observe, type ToySnapshot } from './observe.ts'
import { read } from './read.ts'
import { render } from './render.ts'
import { type ToySettings, toySettings } from './settings.ts'
import { toyDoctor } from './toy-doctor.ts'

export const toy: Target<ToySettings, ToySnapshot> = {
  title: 'toy',
  rootless: true,
  settings: toySettings,
  dialect: toyDialect,
  losses: toyLosses,
  detect: async ({ node, user }) => {
    const file = `${user?.home ?? '/usr'}/bin/toy`
    return (await node.facts(file)) && { what: 'toy', file }
  },
  documents: {},
  removal: 'immediate',
  pullClient: async () => ({ ...PLAIN_CLIENT, userAgent: 'toy/1.0' }),
  pathKeys: ['config', 'mirrors_dir'],
  observe,
  render,
  validate: async () => [],
  endpoints,
  planned(snapshot, files) {
    const texts = new Map(files.map(({ path, bytes }) => [path, bytes?.toString('utf8')]))
    const mirrors = new Map(snapshot.mirrors)
    for (const [path, text] of texts) {
      const name = decodeURIComponent(path.slice(snapshot.mirrorsDir.length + 1, -'.toml'.length))
      if (!path.startsWith(`${snapshot.mirrorsDir}/`)) continue
      if (text === undefined) mirrors.delete(name)
      else mirrors.set(name, text)
    }
    const text = texts.has(snapshot.config) ? texts.get(snapshot.config) : snapshot.text
    return { ...snapshot, text, mirrors }
  },
  explainer: async () => ({
    observe: (view, settings) => observe(view, [], settings),
    version: () => undefined,
    notices: () => [],
    startFiles: () => [],
    conduct: (_snapshot, { endpoints }) =>
      endpoints.map(() => ({
        ...{ credentials: { ofPull: false }, headers: {} },
        waits: [{ connectS: toyDialect.dialTimeoutMs / 1000, silent: { kind: 'hangs' } }],
      })),
  }),
  read: async snapshot => read(snapshot),
  writerOf: (path, text) => findWriter([{ name: 'toyctl', path: /\/toyctl\.toml$/, live: true }], path, text),
  daemon: {
    activate: {
      reload: { command: 'systemctl reload toy', why: 'toy reads toy.json only when it is reloaded' },
    },
    find: () => ({ state: 'unknown' }),
    findReader: async () => ({ state: 'unknown' }),
    causes: /toy/,
    respond: async () => ({ serves: true, proof: 'toy serves' }),
    environment: async () => undefined,
  },
  doctor: async () => toyDoctor,
}

/** A table with this line: other runtimes do not change its tests. */
export const table = { containerd: targets.containerd, toy: knownTarget(toy) }
