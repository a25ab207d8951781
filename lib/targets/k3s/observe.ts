/** Reads the state of k3s or RKE2 on a node. */
import { ownedValuesOf } from '../../ownership/managed-file.ts'
import type { Reader } from '../../system/reader.ts'
import type { View } from '../view.ts'
import { findDaemons, NO_DAEMONS } from './daemons.ts'
import { findInstalled } from './detect.ts'
import { type Distribution, distributionOf, K3S } from './distributions.ts'
import { readNodeConfig } from './node-config.ts'
import { parseRegistriesFile } from './registries-file.ts'
import type { K3sSettings } from './settings.ts'
import type { K3sSnapshot } from './snapshot.ts'

/**
 * The file of the list; else the one that the node of the running k3s or RKE2 names, which comes before one that is only
 * installed. Where both are only installed, k3s is meant.
 */
export async function observe(
  { node, machine, state }: View,
  settings: Pick<K3sSettings, 'config'>,
): Promise<K3sSnapshot> {
  const daemons = machine === undefined ? NO_DAEMONS : await findDaemons(machine.processes)
  const installed = await findInstalled(node)
  const known = [...daemons.running, ...installed].map(({ distribution }) => distribution)
  const distribution = settings.config === undefined ? (known[0] ?? K3S) : distributionOf(settings.config)
  const flags = daemons.running.find(one => one.distribution === distribution)?.flags
  const config = await readNodeConfig(node, distribution, flags)
  const file = settings.config ?? config.privateRegistry ?? distribution.config
  return {
    ...{ distribution, config: file, named: settings.config !== undefined, daemons },
    ...fileOf(file, await node.read(file)),
    node: config,
    template: await readTemplate(node, config.dataDirectory),
    setValues: ownedValuesOf(state.files[file]),
    written: Object.keys(state.files),
    others: othersOf(known, distribution),
    otherFiles: await existing(
      node,
      othersOf(known, distribution).map(({ config: other }) => other),
    ),
    installed: installed.some(one => one.distribution === distribution),
    onMachine: machine !== undefined,
  }
}

function othersOf(known: readonly Distribution[], own: Distribution): readonly Distribution[] {
  return [...new Set(known)].filter(one => one !== own)
}

async function existing(node: Reader, files: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(files.map(async file => ((await node.facts(file)) ? file : [])))
  return found.flat()
}

export function fileOf(config: string, bytes: Buffer | undefined): Pick<K3sSnapshot, 'file' | 'faults'> {
  const file = bytes && parseRegistriesFile(config, bytes)
  if (file === undefined) return { file, faults: [] }
  return 'message' in file ? { file: undefined, faults: [file] } : { file, faults: [] }
}

/** The first that exists is used (writeContainerdConfig, pkg/agent/containerd/config.go@06ea261c). */
async function readTemplate(node: Reader, dataDirectory: string): Promise<K3sSnapshot['template']> {
  for (const name of ['config-v3.toml.tmpl', 'config.toml.tmpl']) {
    const path = `${dataDirectory}/agent/etc/containerd/${name}`
    const bytes = await node.read(path)
    if (bytes !== undefined) return { path, text: bytes.toString('utf8') }
  }
  return undefined
}
