/** Toy with a daemon: a real process, found by the file with its id, that SIGHUP reloads and whose values can be seen. */
import { once } from 'node:events'
import net from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import { formats } from '../../../../lib/formats/index.ts'
import { findTrusted } from '../../../../lib/system/trusted-processes.ts'
import type { Daemon, DaemonResponse } from '../../../../lib/targets/daemon.ts'
import type { WrittenConfig } from '../../../../lib/targets/daemon-control.ts'
import { targets } from '../../../../lib/targets/index.ts'
import type { Rendering, Target } from '../../../../lib/targets/target.ts'
import type { View } from '../../../../lib/targets/view.ts'
import { knownTarget } from '../../../support/known-target.ts'
import { observe, type ToySnapshot } from '../observe.ts'
import { render } from '../render.ts'
import { DEFAULTS, type ToySettings } from '../settings.ts'
import { toy } from '../toy.ts'
import type { Used } from './toyd.ts'

interface LiveSnapshot extends ToySnapshot {
  readonly daemon: Daemon
}

/** The folder of toyd has a file `unit` where it runs in a unit, and `hidden` where its socket is not known. */
async function findDaemon(folder: string, { machine }: Pick<View, 'machine'>): Promise<Daemon> {
  if (machine === undefined) return { state: 'unknown' }
  const read = async (name: string) => (await machine.files.read(`${folder}/${name}`))?.toString('utf8')
  const pid = await read('toyd.pid')
  const found = pid === undefined ? undefined : await findTrusted(Number(pid), process.geteuid?.() ?? 0)
  if (found === undefined) return { state: 'stopped' }
  if ('why' in found || !found.args.includes(folder)) return { state: 'unknown' }
  const { startedAt, executable } = found
  const unit = (await read('unit')) === undefined ? {} : { unit: 'toy.service' }
  const address = (await read('hidden')) === undefined ? { address: `${folder}/toyd.sock` } : {}
  const config = `${folder}/toy.json`
  return { state: 'running', pid: Number(pid), startedAt, executable, config, ...address, ...unit }
}

async function findReader(files: readonly string[], view: Pick<View, 'machine'>): Promise<Daemon> {
  const folders = files.flatMap(file => [path.dirname(file), path.dirname(path.dirname(file))])
  for (const folder of new Set(folders)) {
    const daemon = await findDaemon(folder, view)
    if (daemon.state === 'running') return daemon
  }
  return { state: 'stopped' }
}

/** What toyd uses now. Throws where it does not respond. */
export async function usedBy(address: string): Promise<Used> {
  const socket = net.connect(address)
  await once(socket, 'connect')
  return JSON.parse(await text(socket))
}

async function respond(address: string, { config = '', node }: WrittenConfig): Promise<DaemonResponse> {
  const used = await usedBy(address).catch((error: Error) => error)
  if (used instanceof Error) return { serves: false, isFinal: false, responds: false, problem: used.message }
  const file = (await node.read(config))?.toString('utf8') ?? '{}'
  // toyd keeps its old value of a key that is gone.
  const isUsed = (value: readonly string[], ...keys: readonly string[]) =>
    isDeepStrictEqual(value, formats.json.valueAt(file, keys) ?? value)
  const isSame = isUsed(used.hosts, 'mirror-hosts') && isUsed(used.skipVerify, 'tls', 'skip-verify')
  if (!isSame) return { serves: false, isFinal: false, problem: `toyd uses ${JSON.stringify(used.hosts)}` }
  return { serves: true, proof: `toyd uses ${JSON.stringify(used.hosts)}`, usesFile: true }
}

/** toyd keeps its old hosts where the key is gone. */
function withCleared(rendering: Rendering): Rendering {
  const files = rendering.files.map(file =>
    file.owns.kind === 'values'
      ? {
          ...file,
          owns: { ...file.owns, values: file.owns.values.map(value => ({ ...value, cleared: [] })) },
        }
      : file,
  )
  return { ...rendering, files }
}

const liveToy: Target<ToySettings, LiveSnapshot> = {
  ...toy,
  observe: async (view, registries, settings) => {
    const snapshot = await observe(view, registries, settings)
    return { ...snapshot, daemon: await findDaemon(path.dirname(snapshot.config), view) }
  },
  render: (registries, snapshot) => withCleared(render(registries, snapshot)),
  planned: (snapshot, files) => ({ ...snapshot, ...toy.planned(snapshot, files) }),
  explainer: async () => {
    const explainer = await toy.explainer()
    return {
      ...explainer,
      observe: async (view, settings) => ({
        ...(await explainer.observe(view, settings)),
        daemon: await findDaemon(path.dirname(settings.config ?? DEFAULTS.config), view),
      }),
      startFiles: ({ config, text }) => (text === undefined ? [] : [config]),
    }
  },
  daemon: {
    ...toy.daemon,
    activate: {
      reload: { command: 'systemctl reload toy', why: 'it reads toy.json', signal: 'SIGHUP' },
      restart: { command: 'systemctl restart toy', why: 'it keeps values of keys that are gone' },
    },
    find: ({ daemon }) => daemon,
    findReader,
    respond,
    environment: async () => undefined,
  },
}

/** Other runtimes do not change its tests. */
export const liveTable = { containerd: targets.containerd, toy: knownTarget(liveToy) }
