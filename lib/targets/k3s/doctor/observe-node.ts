/** Reads what the rules need beside the snapshot: the hosts.toml files of k3s, and when it was started. */
import { isTable } from '../../../formats/is-table.ts'
import { tablesIn } from '../../../formats/table-values.ts'
import { Failure } from '../../../model/errors.ts'
import type { Unread } from '../../../model/finding.ts'
import { isReadableByOthers } from '../../../system/readable-by-others.ts'
import type { Reader } from '../../../system/reader.ts'
import { TICKS_PER_SECOND } from '../../../system/ticks.ts'
import type { CheckedFile, Observation } from '../../rule.ts'
import type { Machine, View } from '../../view.ts'
import { findDaemon } from '../daemon-state.ts'
import type { RegistriesFile } from '../registries-file.ts'
import type { K3sSnapshot } from '../snapshot.ts'

export interface ObservedK3s {
  readonly snapshot: K3sSnapshot
  readonly file: RegistriesFile | undefined
  /** The usual file of the same program, where the node reads another one. */
  readonly unused: string | undefined
  /** The hosts.toml files of its containerd. */
  readonly hosts: readonly { readonly directory: string; readonly path: string; readonly text: string }[]
  /** When registries.yaml was changed, and k3s was started, in milliseconds since 1970. */
  readonly changed: number | undefined
  readonly startedAt: number | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  /** The certificates and keys that it names; an empty path: one of a pair is missing. */
  readonly certificates: readonly Certificate[]
}

interface Certificate {
  readonly host: string
  readonly key: 'ca_file' | 'cert_file' | 'key_file'
  readonly path: string
  readonly exists: boolean
}

export async function observeNode(
  snapshot: K3sSnapshot,
  { node, machine }: View,
  unread: readonly Unread[],
  now: number,
): Promise<Observation<ObservedK3s>> {
  const { config, file, distribution } = snapshot
  const facts = await node.facts(config)
  const usual = distribution.config
  const isUnused =
    (snapshot.node.privateRegistry ?? usual) !== usual && (await node.facts(usual)) !== undefined
  const observed: ObservedK3s = {
    ...{ snapshot, file, changed: facts?.changed, now },
    certificates: await readCertificates(node, file),
    unused: isUnused ? usual : undefined,
    hosts: await readHosts(node, `${snapshot.node.dataDirectory}/agent/etc/containerd/certs.d`),
    startedAt: machine && (await readStart(machine, snapshot)),
  }
  const isHidden = unread.some(one => one.file === config)
  const checked = facts && file ? [await checkedFile(node, file, facts.mode)] : []
  return { observed, files: checked, blind: isHidden ? ['config'] : [], about: aboutNode(snapshot) }
}

async function checkedFile(node: Reader, { path, text }: RegistriesFile, mode: number): Promise<CheckedFile> {
  const isExposed = await isReadableByOthers(path, node)
  return { path, text, mode: isExposed ? mode : mode & ~0o004, format: 'yaml' }
}

async function readCertificates(
  node: Reader,
  file: RegistriesFile | undefined,
): Promise<readonly Certificate[]> {
  const found: Certificate[] = []
  for (const [host, { tls }] of tablesIn(file?.value.configs)) {
    const table = isTable(tls) ? tls : {}
    const isPair = Boolean(table.cert_file) || Boolean(table.key_file)
    for (const key of ['ca_file', 'cert_file', 'key_file'] as const) {
      const path = typeof table[key] === 'string' ? table[key] : ''
      if (path === '' && (key === 'ca_file' || !isPair)) continue
      found.push({ host, key, path, exists: path !== '' && (await isFile(node, path)) })
    }
  }
  return found
}

/** A path that cannot be followed counts as none: the node cannot read it either. */
async function isFile(node: Reader, path: string): Promise<boolean> {
  try {
    return (await node.facts(path)) !== undefined
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return false
  }
}

async function readHosts(node: Reader, root: string): Promise<ObservedK3s['hosts']> {
  const found = []
  for (const { name } of (await node.entries(root)) ?? []) {
    const path = `${root}/${name}/hosts.toml`
    const bytes = await node.read(path)
    if (bytes !== undefined) found.push({ directory: name, path, text: bytes.toString('utf8') })
  }
  return found
}

async function readStart(machine: Machine, snapshot: K3sSnapshot): Promise<number | undefined> {
  const daemon = findDaemon(snapshot)
  const { ticks } = await machine.bootClock()
  if (daemon.state !== 'running' || ticks === undefined) return undefined
  return machine.now() - ((ticks - daemon.startedAt) / TICKS_PER_SECOND) * 1000
}

function aboutNode(snapshot: K3sSnapshot): readonly string[] {
  const { distribution, config, file, faults } = snapshot
  const daemon = findDaemon(snapshot)
  const state = daemon.state === 'running' ? ` (process ${daemon.pid})` : `, ${STATES[daemon.state]}`
  const exists = file !== undefined || faults.length > 0
  return [`${distribution.title}${state}`, exists ? config : `no ${config}`]
}

const STATES = { stopped: 'not running', absent: 'not installed', unknown: 'whose process is not known' }
