/** Reads the state of nerdctl on a node. */
import type { Registry } from '../../model/registry.ts'
import { ownedValuesOf } from '../../ownership/managed-file.ts'
import { readRoots } from '../hosts-toml/read-directories.ts'
import { parseRelease, type Release } from '../release.ts'
import type { Machine, View } from '../view.ts'
import { fileOf, usedDirectories } from './config-file.ts'
import { isUsable } from './hosts-dir.ts'
import { type NerdctlSettings, nerdctlDefaults } from './settings.ts'
import type { NerdctlSnapshot } from './snapshot.ts'

export async function observe(
  view: View,
  registries: readonly Registry[],
  settings: NerdctlSettings,
): Promise<NerdctlSnapshot> {
  const { node, machine, state, user, proved } = view
  const defaults = nerdctlDefaults(user)
  const config = settings.config ?? defaults.config
  const read = fileOf(config, await node.read(config))
  const hostsDirs = usedDirectories(read.file, defaults.hostsDirs)
  const hostsDir = settings.hostsDir ?? hostsDirs.find(isUsable) ?? defaults.hostsDirs[0]
  const roots = new Set([hostsDir, ...hostsDirs].filter(isUsable))
  return {
    ...read,
    ...{ config, defaults, hostsDir, hostsDirs, named: settings.hostsDir !== undefined },
    setValues: ownedValuesOf(state.files[config]),
    release: await findRelease(settings.version, machine),
    proved: proved ?? new Set(),
    ...(await readRoots(node, roots, registries)),
  }
}

/** `nerdctl version 2.3.5` (cmd/nerdctl/main.go newApp@v2.3.5). */
async function findRelease(
  version: string | undefined,
  machine: Pick<Machine, 'run'> | undefined,
): Promise<Release | undefined> {
  if (version !== undefined) return parseRelease(version)
  const outcome = await machine?.run('nerdctl', ['--version'])
  const [, word] = /^nerdctl version v?(\d+\.\d+\.\d+)/.exec(outcome?.stdout ?? '') ?? []
  return word === undefined ? undefined : parseRelease(word)
}
