/** What a probe says of behaviours of servers, and what a real containerd does with them. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { Probe } from '../../../lib/model/report.ts'
import { limitConcurrency } from '../../../lib/system/concurrency.ts'
import { plainImage, REPOSITORY, TAG } from '../../support/behaviours/contents.ts'
import type { Named } from '../../support/behaviours/corpus.ts'
import { startServers } from '../../support/behaviours/servers.ts'
import { registryOf, type Started, writeList } from '../../support/behaviours/write-list.ts'
import { run } from '../../support/run.ts'
import { type Daemon, makeNode, startContainerd } from './containerd.ts'
import { containerdVersion } from './runtimes.ts'
import type { Sent } from './sent-requests.ts'

export const DEPTHS = ['manifest', 'blob'] as const
type Depth = (typeof DEPTHS)[number]

export interface Trial {
  /** What the probe says at each depth. */
  readonly probes: Readonly<Record<Depth, Probe>>
  /** Why the pull failed; undefined: it succeeded. */
  readonly pullError: string | undefined
  /** What the probe of the blobs sent, and what the pull sent. */
  readonly sent: { readonly probe: Sent; readonly pull: Sent }
}

const CONFIG = `version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "/etc/containerd/certs.d"\n`
const TIMEOUT = '10s'
/** A pull that takes longer hangs. */
const PULL_DEADLINE_MS = 45_000
const PULLS = 8

/** Tries every behaviour on the containerd in `tree`. Keys are the names of the behaviours. */
export async function tryBehaviours(
  tree: string,
  corpus: readonly Named[],
): Promise<ReadonlyMap<string, Trial>> {
  const groups = Map.groupBy(corpus, ({ behaviour: { environment = {}, timeout } }) =>
    JSON.stringify([environment, timeout]),
  )
  const trials = new Map<string, Trial>()
  for (const group of groups.values())
    for (const [name, trial] of await tryGroup(tree, group)) trials.set(name, trial)
  return trials
}

/** The behaviours have the same environment and timeout. */
async function tryGroup(
  tree: string,
  group: readonly Named[],
): Promise<readonly (readonly [string, Trial])[]> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-behaviours-'))
  const started: Started[] = []
  try {
    for (const named of group) started.push(await startBehaviour(named))
    const env = fillEnvironment(started)
    const timeout = group[0]?.behaviour.timeout ?? TIMEOUT
    const list = await writeList(home, started, containerdVersion(tree), timeout)
    const manifest = await probe(list, 'manifest', env)
    const before = started.map(countRequests)
    const probes = { manifest, blob: await probe(list, 'blob', env) }
    const after = started.map(countRequests)
    const node = await makeNode(home)
    await applyList(list, node)
    const daemon = await startContainerd(tree, node, env)
    try {
      const trials = await pullAll(daemon, group, probes)
      return trials.map(([name, trial], i) => [
        name,
        { ...trial, sent: sentBy(started[i] as Started, before[i] ?? {}, after[i] ?? {}) },
      ])
    } finally {
      await daemon.stop()
    }
  } finally {
    await Promise.all(started.map(({ servers }) => servers.close()))
    await fs.rm(home, { recursive: true, force: true })
  }
}

type Counts = Readonly<Record<string, number>>

function countRequests({ behaviour, servers }: Started): Counts {
  return Object.fromEntries(Object.keys(behaviour.hosts).map(host => [host, servers.requests(host).length]))
}

/** The requests between two counts, and those after them. */
function sentBy({ behaviour, servers }: Started, before: Counts, after: Counts): Trial['sent'] {
  const between = (from: Counts, to?: Counts): Sent =>
    Object.fromEntries(
      Object.keys(behaviour.hosts).map(host => [host, servers.requests(host).slice(from[host], to?.[host])]),
    )
  return { probe: between(before, after), pull: between(after) }
}

async function startBehaviour(named: Named): Promise<Started> {
  const { name, behaviour } = named
  return { ...named, servers: await startServers(behaviour, (behaviour.image ?? plainImage)(name)) }
}

/** The variables are equal in the group; a server in them is that of the first behaviour. */
function fillEnvironment([first]: readonly Started[]): Record<string, string> {
  const { behaviour, servers } = first as Started
  const entries = Object.entries(behaviour.environment ?? {})
  return Object.fromEntries(entries.map(([name, value]) => [name, servers.fill(value)]))
}

async function probe(
  list: string,
  depth: Depth,
  env: Record<string, string>,
): Promise<ReadonlyMap<string, Probe>> {
  const args = ['probe', '-f', list, '--depth', depth, '--samples', '1', '--format', 'json']
  const { stdout, stderr } = await run(args, { env })
  assert.notEqual(stdout, '', stderr)
  const { probes } = JSON.parse(stdout) as { probes?: readonly Probe[] }
  assert(probes !== undefined, `the list is refused: ${stdout}`)
  return new Map(probes.filter(({ role }) => role === 'mirror').map(one => [one.registry, one]))
}

async function applyList(list: string, node: string): Promise<void> {
  await fs.writeFile(path.join(node, 'etc/containerd/config.toml'), CONFIG)
  const { code, stderr } = await run(['apply', '-f', list, '--root', node, '--no-probe'], { uid: 0 })
  assert.equal(code, 0, stderr)
}

async function pullAll(
  daemon: Daemon,
  group: readonly Named[],
  probes: Readonly<Record<Depth, ReadonlyMap<string, Probe>>>,
): Promise<readonly (readonly [string, Omit<Trial, 'sent'>])[]> {
  const inTurn = limitConcurrency(PULLS)
  const tryOne = async ({ name }: Named) => {
    const pullError = await inTurn(() => pull(daemon, name))
    const registry = registryOf(name)
    const verdicts = { manifest: found(probes.manifest, registry), blob: found(probes.blob, registry) }
    return [name, { probes: verdicts, pullError }] as const
  }
  return await Promise.all(group.map(tryOne))
}

function found(probes: ReadonlyMap<string, Probe>, registry: string): Probe {
  const probe = probes.get(registry)
  assert(probe !== undefined, `no probe of ${registry}`)
  return probe
}

async function pull(daemon: Daemon, name: string): Promise<string | undefined> {
  try {
    await daemon.cri.pull(`${registryOf(name)}/${REPOSITORY}:${TAG}`, PULL_DEADLINE_MS)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
