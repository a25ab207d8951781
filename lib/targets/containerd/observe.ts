/** Reads the state of containerd on a node: its release, config.toml with imports, and the directories of certs.d. */
import path from 'node:path'
import type { Registry } from '../../model/registry.ts'
import { type OwnedValue, ownedValuesOf } from '../../ownership/managed-file.ts'
import type { State } from '../../ownership/state.ts'
import type { Reader } from '../../system/reader.ts'
import { readRoots } from '../hosts-toml/read-directories.ts'
import { parseRelease } from '../release.ts'
import type { View } from '../view.ts'
import { DEFAULT_CONFIG } from './command-line.ts'
import { directoriesOf, isAbsolutePath } from './config/config-path.ts'
import { readersOf } from './config/config-toml.ts'
import { effectiveRegistries } from './config/merge.ts'
import { readConfigs } from './config/read-configs.ts'
import { isWorkingList } from './config/working-list.ts'
import { exactOne, readInstalled } from './installed.ts'
import { readDaemons } from './read-daemons.ts'
import type { ContainerdSettings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'
import { readUnits } from './units.ts'

const DEFAULT_HOSTS_DIR = '/etc/containerd/certs.d'

export async function observe(
  view: View,
  registries: readonly Registry[],
  settings: ContainerdSettings,
): Promise<Snapshot> {
  const { dropIn, ...daemons } = await readDaemons(view, settings)
  const { installed, program, versionHangs } = await readInstalled(view.machine, daemons)
  const generation = settings.version === undefined ? installed : parseRelease(settings.version)
  const listed = settings.config || (await findForeignConfig(view.node, daemons.config))
  const config = dropIn?.main ?? listed
  const exact = exactOne(generation, installed)
  const { files, faults, older, dropIns } = await readConfigs(view.node, config, exact)
  const exists = files.length > 0 || faults.length > 0
  const readers = readersOf(files[0], generation)
  const values = configPaths({ files, older, dropIns, readers })
  const managed = settings.config !== false
  const inUse = findHostsDirs(values, managed ? ownedValuesOf(view.state.files[config]) : [], settings)
  const roots = await readRoots(view.node, new Set([inUse.hostsDir, ...inUse.currentDirs]), registries)
  return {
    generation,
    readers,
    installed,
    program,
    versionHangs,
    config: { path: config, named: settings.configNamed, managed, exists, dropIn: dropIn?.path },
    files,
    faults,
    older,
    dropIns,
    ...inUse,
    written: Object.keys(view.state.files),
    editedFiles: editedFiles(view.state),
    ...roots,
    isWorkingList: isWorkingList(values, registries, { ...roots, ...inUse, readers }),
    daemons,
    ...(await readUnits(view, daemons, config)),
    onMachine: view.machine !== undefined,
    proved: view.proved ?? new Set(),
  }
}

/** The value for each release that may read the files. */
function configPaths(configs: Parameters<typeof effectiveRegistries>[0]): readonly unknown[] {
  return effectiveRegistries(configs).map(({ configPath }) => configPath?.value)
}

/** The directories that `config_path` names, and the one that it must name. `setValues`: what regmirror has set. */
function findHostsDirs(
  values: readonly unknown[],
  setValues: readonly OwnedValue[],
  settings: ContainerdSettings,
): Pick<Snapshot, 'hostsDir' | 'named' | 'setValues' | 'setDir' | 'currentDirs'> {
  const currentDirs = [...new Set(values.flatMap(directoriesOf))]
  const setDir = setValues.map(({ value }) => value).findLast(value => typeof value === 'string')
  const usable = values.filter(isAbsolutePath).flatMap(directoriesOf)
  const hostsDir = chooseHostsDir(settings, setDir, usable)
  return { hostsDir, named: (settings.hostsDir ?? setDir) !== undefined, setValues, setDir, currentDirs }
}

function editedFiles({ files }: State): readonly string[] {
  return Object.keys(files).filter(file => files[file]?.owns === 'values')
}

/** The config.toml of a containerd that another program brings. */
const FOREIGN_CONFIGS = [
  '/var/lib/rancher/k3s/agent/etc/containerd/config.toml',
  '/var/lib/rancher/rke2/agent/etc/containerd/config.toml',
  '/etc/k0s/containerd.toml',
  '/var/snap/microk8s/current/args/containerd.toml',
  '/etc/cri/containerd.toml',
]

/**
 * The config.toml to read when another program writes it: that of the daemon that runs, else the default one, else that of
 * a program that brings its own.
 */
async function findForeignConfig(node: Reader, running: string | undefined): Promise<string> {
  for (const file of [...(running === undefined ? [] : [running]), DEFAULT_CONFIG, ...FOREIGN_CONFIGS])
    if ((await node.facts(file)) !== undefined) return file
  return DEFAULT_CONFIG
}

/**
 * The directory of the list, else the one that regmirror has set: if another program changes config_path, the files must
 * not move away from a running containerd. Else the one that the node has set; of several the default, else the first.
 */
function chooseHostsDir(
  settings: ContainerdSettings,
  setDir: string | undefined,
  found: readonly string[],
): string {
  if (settings.hostsDir !== undefined) return path.posix.resolve('/', settings.hostsDir)
  if (setDir !== undefined) return setDir
  return found.find(directory => directory === DEFAULT_HOSTS_DIR) ?? found[0] ?? DEFAULT_HOSTS_DIR
}
