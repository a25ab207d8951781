/** Reads what the rules need beside the snapshot. */
import path from 'node:path'
import type { Unread } from '../../../model/finding.ts'
import { mapConcurrently } from '../../../system/concurrency.ts'
import type { Reader } from '../../../system/reader.ts'
import { TICKS_PER_SECOND } from '../../../system/ticks.ts'
import { readRoots } from '../../hosts-toml/read-directories.ts'
import type { CheckedFile, Observation } from '../../rule.ts'
import type { Machine, View } from '../../view.ts'
import { daemonEnvironment } from '../daemon.ts'
import { findDaemon } from '../daemon-state.ts'
import type { Snapshot } from '../snapshot.ts'
import { aboutNode } from './about-node.ts'
import type { ObservedNode } from './observed-node.ts'
import { readFiles } from './read-files.ts'

const USUAL_ROOTS = ['/etc/containerd/certs.d', '/etc/docker/certs.d']
/** The right of all users to read. */
const OTHERS = 0o004
const CONF_D = '/etc/containerd/conf.d'
/** What kubeadm writes for the kubelet, and where a kubelet keeps its state. */
const KUBELET = ['/var/lib/kubelet/config.yaml', '/etc/kubernetes/kubelet.conf']

export async function observeNode(
  snapshot: Snapshot,
  { node, machine }: View,
  unread: readonly Unread[],
  now: number,
): Promise<Observation<ObservedNode>> {
  const roots = await readAllRoots(node, snapshot)
  const observed: ObservedNode = {
    ...{ snapshot, roots, files: await readFiles(node, snapshot, roots) },
    dropIns: await readDropIns(node),
    looseFiles: await readLooseFiles(node, Object.keys(snapshot.directories)),
    environment: machine && (await daemonEnvironment(machine.processes, node, snapshot.config.path)),
    startedAt: machine && (await readStart(machine, snapshot)),
    kubelet: await hasKubelet(node),
    now,
  }
  const blind = isConfigHidden(unread, [...Object.keys(roots), node.statePaths.directory])
    ? (['config'] as const)
    : []
  return { observed, files: checkedFiles(observed), blind, about: aboutNode(observed) }
}

async function readAllRoots(node: Reader, { directories }: Snapshot): Promise<ObservedNode['roots']> {
  const more = USUAL_ROOTS.filter(root => directories[root] === undefined)
  return { ...directories, ...(await readRoots(node, new Set(more), [])).directories }
}

async function readDropIns(node: Reader): Promise<readonly string[]> {
  const entries = (await node.entries(CONF_D)) ?? []
  return entries.filter(({ name }) => name.endsWith('.toml')).map(({ name }) => path.posix.join(CONF_D, name))
}

async function readLooseFiles(node: Reader, roots: readonly string[]): Promise<readonly string[]> {
  const found = await mapConcurrently(roots, async root => {
    const entries = (await node.entries(root)) ?? []
    return entries.filter(({ type }) => type === 'file').map(({ name }) => path.posix.join(root, name))
  })
  return found.flat()
}

async function readStart(machine: Machine, snapshot: Snapshot): Promise<number | undefined> {
  const daemon = findDaemon(snapshot)
  const { ticks } = await machine.bootClock()
  if (daemon.state !== 'running' || ticks === undefined) return undefined
  return machine.now() - ((ticks - daemon.startedAt) / TICKS_PER_SECOND) * 1000
}

async function hasKubelet(node: Reader): Promise<boolean> {
  for (const file of KUBELET) if ((await node.facts(file)) !== undefined) return true
  return false
}

/** Whether a config.toml or an import could not be read: then what is merged is not known. */
function isConfigHidden(unread: readonly Unread[], others: readonly string[]): boolean {
  return unread.some(({ file }) => !others.some(root => file === root || file.startsWith(`${root}/`)))
}

function checkedFiles({ snapshot, roots, files }: ObservedNode): readonly CheckedFile[] {
  const configs = snapshot.files.map(({ path: file, text }) => ({ file, text }))
  const hosts = Object.entries(roots).flatMap(([root, directories]) =>
    directories.flatMap(({ name, hosts }) =>
      hosts ? [{ file: `${root}/${name}/hosts.toml`, text: hosts.bytes.toString('utf8') }] : [],
    ),
  )
  return [...configs, ...hosts].flatMap(({ file, text }) => {
    const found = files.get(file)
    if (found === undefined) return []
    const { mode } = found.facts
    return [{ path: file, text, mode: found.isExposed ? mode : mode & ~OTHERS, format: 'toml' as const }]
  })
}
