/** k3s and RKE2: `registries.yaml`, from which they write the hosts.toml files of their containerd when they start. */
import { isDeepStrictEqual } from 'node:util'
import { formats } from '../../formats/index.ts'
import type { Issue } from '../../model/errors.ts'
import type { DesiredFile, Target } from '../target.ts'
import { aboutK3s } from './about.ts'
import { certificatesDirectory } from './config/certificates.ts'
import { renderConfig } from './config/render.ts'
import { findDaemon } from './daemon-state.ts'
import { daemonEnvironment, findDaemons } from './daemons.ts'
import { k3sDialect } from './dialect.ts'
import { distributionOf } from './distributions.ts'
import { k3sDocuments } from './documents.ts'
import { k3sLosses } from './losses.ts'
import { notices } from './notices.ts'
import { fileOf, observe } from './observe.ts'
import { writerOf } from './other-writers.ts'
import { endpoints } from './pull/endpoints.ts'
import { k3sPullClient } from './pull-client.ts'
import { parseRegistriesFile } from './registries-file.ts'
import type { K3sSettings } from './settings.ts'
import type { K3sSnapshot } from './snapshot.ts'

export const k3s: Target<K3sSettings, K3sSnapshot> = {
  ...aboutK3s,
  dialect: k3sDialect,
  losses: k3sLosses,
  removal: 'restart',
  pullClient: async () => k3sPullClient,
  pathKeys: ['config'],
  documents: k3sDocuments,
  observe: (view, _registries, settings) => observe(view, settings),
  render(registries, snapshot) {
    const { files, values, conflicts } = renderConfig(registries, snapshot)
    return {
      files,
      notices: notices(registries, values, snapshot),
      conflicts,
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
  explainer: async () => (await import('./pull/k3s-explainer.ts')).k3sExplainer,
  read: async snapshot => (await import('./read/read.ts')).read(snapshot),
  writerOf,
  daemon: {
    activate: {
      restart: {
        command: 'systemctl restart k3s',
        why: 'k3s reads registries.yaml only when it starts; pods keep running',
      },
    },
    find: findDaemon,
    async findReader(files, { machine }) {
      const config = files.find(file => file.endsWith('/registries.yaml')) ?? ''
      if (machine === undefined) return { state: 'unknown' }
      const daemons = await findDaemons(machine.processes)
      const distribution = daemons.running[0]?.distribution ?? distributionOf(config)
      return findDaemon({ config, daemons, distribution, installed: false, onMachine: true })
    },
    causes: /registr|containerd|yaml|fatal/i,
    respond: async () => ({ serves: true, proof: 'its process runs' }),
    environment: (_settings, { processes }) => daemonEnvironment(processes),
  },
  doctor: async () => (await import('./doctor/k3s-doctor.ts')).k3sDoctor,
}

/** k3s has no command that checks the file: its values must read back. */
async function validate(changed: readonly DesiredFile[], { config }: K3sSnapshot): Promise<readonly Issue[]> {
  const file = changed.find(({ path }) => path === config)
  if (file?.content === undefined || file.owns.kind !== 'values') return []
  const text = file.content.toString('utf8')
  const parsed = parseRegistriesFile(config, Buffer.from(text))
  if ('message' in parsed) return [parsed]
  const wrong = file.owns.values.find(
    ({ path, value }) => !isDeepStrictEqual(formats.yaml.valueAt(text, path), value),
  )
  return wrong === undefined ? [] : [{ file: config, message: `${wrong.path.join('.')} does not read back` }]
}
