/** Reads the state of Docker on a node: its release, image store, daemon.json, and the directories of certs.d. */
import type { Json } from '../../formats/format.ts'
import type { Table } from '../../formats/is-table.ts'
import type { Registry } from '../../model/registry.ts'
import { type ManagedFile, ownedValuesOf } from '../../ownership/managed-file.ts'
import { findProgram } from '../find-program.ts'
import { readRoots } from '../hosts-toml/read-directories.ts'
import { parseRelease } from '../release.ts'
import type { View } from '../view.ts'
import { INSECURE, MIRRORS, parseDaemonJson } from './daemon-json.ts'
import { type Daemons, findDaemons, NO_DAEMONS } from './daemons.ts'
import type { DaemonInfo } from './info-values.ts'
import { readInstalled } from './installed.ts'
import { type Paths, pathsFor } from './paths.ts'
import type { DockerSettings } from './settings.ts'
import type { DockerSnapshot } from './snapshot.ts'
import { chooseStore, type StoreFacts } from './store.ts'
import { readUnitFlags } from './unit-flags.ts'

export async function observe(
  view: View,
  registries: readonly Registry[],
  settings: DockerSettings,
): Promise<DockerSnapshot> {
  const { node, machine, state } = view
  const paths = pathsFor(view.user)
  const path = settings.config ?? paths.config
  const daemons = machine ? await findDaemons(machine.processes, node, path, paths) : NO_DAEMONS
  const info = await infoOf(daemons)
  const found = await node.find(path)
  const parsed = parseDaemonJson(path, found)
  const json = 'json' in parsed ? parsed.json : undefined
  const installed = await readInstalled(machine, daemons, info)
  const release = settings.version === undefined ? installed.installed : parseRelease(settings.version)
  return {
    config: { path, named: settings.config !== undefined, found },
    json,
    fault: 'fault' in parsed ? parsed.fault : undefined,
    release,
    ...installed,
    chosen: chooseStore(
      await readChoice({ settings, daemons, info, value: json?.value ?? {}, release }, paths, view),
    ),
    certsDir: paths.certsDir,
    daemons,
    info,
    unitFlags: await readUnitFlags(node, paths.unitDirectories),
    criDockerd: await findCriDockerd(view),
    ownMirrors: elementsOf(state.files[path], MIRRORS),
    ownInsecure: elementsOf(state.files[path], INSECURE),
    written: Object.keys(state.files),
    rootless: paths.rootless,
    onMachine: machine !== undefined,
    proved: view.proved ?? new Set(),
    ...(await readRoots(node, new Set([paths.certsDir]), registries)),
  }
}

interface Found extends Pick<DockerSnapshot, 'daemons' | 'info' | 'release'> {
  readonly settings: DockerSettings
  /** daemon.json. */
  readonly value: Table
}

async function readChoice(
  { settings, daemons, info, value, release }: Found,
  paths: Paths,
  view: View,
): Promise<StoreFacts> {
  const hasPrior = view.machine && (await hasPriorDriver(view, daemons, paths, value['data-root']))
  const storageDriver = daemons.readers[0]?.flags.storageDriver
  return { settings, running: info?.store, value, storageDriver, release, hasPriorDriver: hasPrior }
}

async function infoOf({ readers }: Daemons): Promise<DaemonInfo | undefined> {
  const address = readers[0]?.address
  if (address === undefined) return undefined
  const info = await (await import('./info.ts')).readInfo(address)
  return 'problem' in info ? undefined : info
}

/** Graph drivers that keep the old store (daemon/graphdriver/driver.go HasPriorDriver@docker-v29.7.2). */
const DRIVERS = ['overlay2', 'fuse-overlayfs', 'btrfs', 'zfs', 'vfs', 'aufs', 'devicemapper', 'overlay']

async function hasPriorDriver(
  { node }: View,
  { readers }: Daemons,
  paths: Paths,
  written: unknown,
): Promise<boolean> {
  const named = readers[0]?.flags.dataRoot ?? written
  const root = typeof named === 'string' && named.startsWith('/') ? named : paths.dataRoot
  for (const driver of DRIVERS) {
    const entries = await node.entries(`${root}/${driver}`)
    if (entries?.some(({ name }) => name !== 'metadata.db')) return true
  }
  return false
}

const CRI_UNITS = ['/etc', '/usr/lib', '/lib'].map(top => `${top}/systemd/system/cri-docker.service`)

async function findCriDockerd({ node, machine, user }: View): Promise<string | undefined> {
  if (user !== undefined) return undefined
  const [running] = machine ? (await machine.processes.find('cri-dockerd', ['cri-dockerd'])).trusted : []
  if (running !== undefined) return `process ${running.identity.pid}`
  for (const unit of CRI_UNITS) if ((await node.facts(unit))?.type === 'file') return unit
  return await findProgram(node, ['cri-dockerd'])
}

/** What regmirror has set of a key. */
function elementsOf(file: ManagedFile | undefined, key: string): readonly Json[] {
  return ownedValuesOf(file)
    .filter(({ path }) => path[0] === key)
    .flatMap(({ value }) => (Array.isArray(value) ? (value as readonly Json[]) : []))
}
