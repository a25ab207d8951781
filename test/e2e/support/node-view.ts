/** Reads a node after an interrupted run, and asserts what must be true of it. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { run } from '../../support/run.ts'
import { HOSTS_DIR, REGISTRIES } from './crash-nodes.ts'
import { missingCertificates, readEndpoints } from './endpoints.ts'
import {
  copyTree,
  differences,
  findTorn,
  idOf,
  isTemporary,
  type Snapshot,
  takeSnapshot,
  withoutHistory,
} from './snapshot.ts'

export interface NodeView {
  readonly snapshot: Snapshot
  /** By registry. */
  readonly endpoints: Readonly<Record<string, string>>
  readonly missing: readonly string[]
}

export async function viewNode(root: string): Promise<NodeView> {
  const hostsDir = path.join(root, HOSTS_DIR)
  const endpoints: Record<string, string> = {}
  for (const registry of REGISTRIES) endpoints[registry] = await readEndpoints(hostsDir, registry)
  return { snapshot: await takeSnapshot(root), endpoints, missing: await missingCertificates(hostsDir) }
}

/** Asserts that every file, and the endpoints of every registry, are as in one of the states. */
export function assertConsistent(view: NodeView, states: readonly NodeView[]): void {
  const snapshots = states.map(state => state.snapshot)
  assert.deepEqual(findTorn(view.snapshot, snapshots), [], 'files in an unknown state')
  const mixed = REGISTRIES.filter(
    name => !states.some(state => state.endpoints[name] === view.endpoints[name]),
  )
  const lines = mixed.map(name => `${name}: ${view.endpoints[name]}`)
  assert.deepEqual(lines, [], 'registries whose endpoints are neither the old nor the new')
  assert.deepEqual(view.missing, [], 'missing certificates')
}

export interface RecoveryGoals {
  readonly apply: readonly string[]
  /** The node after `restore`, and after that apply. */
  readonly first: Snapshot
  readonly last: Snapshot
}

/**
 * Returns a check that changes a node: both `apply` and `restore` must recover it. Many calls leave the node unchanged, so
 * each state is checked only once.
 */
export function recoveryCheck({
  apply,
  first,
  last,
}: RecoveryGoals): (root: string, now: Snapshot) => Promise<void> {
  const known = new Map<string, Promise<void>>()
  const check = async (root: string) => {
    await copyTree(root, `${root}.back`)
    const checks = [assertResult(apply, root, last), assertResult(['restore'], `${root}.back`, first)]
    const ends = await Promise.allSettled(checks)
    const failures = ends.flatMap(end => (end.status === 'rejected' ? [end.reason.message] : []))
    assert.equal(failures.length, 0, failures.join('\n'))
    await fs.rm(`${root}.back`, { recursive: true })
  }
  return async (root, now) => {
    const id = idOf(now)
    const checked = known.get(id) ?? check(root)
    known.set(id, checked)
    await checked
  }
}

async function assertResult(args: readonly string[], root: string, to: Snapshot): Promise<void> {
  const before = await takeSnapshot(root)
  const cutOff = Object.keys(before).some(file => /\/journal-\w+\.json$/.test(file))
  const { code, stdout, stderr } = await run([...args, '--root', root])
  assert.equal(code, 0, `${args[0]} afterwards: ${stdout}${stderr}`)
  if (cutOff) assert.match(stderr, /regmirror (finished|undid) the interrupted /)
  const now = await takeSnapshot(root)
  assert.deepEqual(Object.keys(now).filter(isTemporary), [], `temporary names after ${args[0]}`)
  assert.deepEqual(differences(withoutHistory(now), withoutHistory(to)), [], `the node after ${args[0]}`)
}
