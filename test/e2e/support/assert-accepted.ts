/** Asserts that a real containerd accepts the files of a node. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { makeNode, startContainerd } from './containerd.ts'
import { CONFIG, HOSTS_DIR, REGISTRIES } from './crash-nodes.ts'
import { fetchObject } from './ctr.ts'
import type { LoggingProxy } from './logging-proxy.ts'
import type { NodeView } from './node-view.ts'
import { launcher, treeOf } from './runtimes.ts'

/** The view of a node, and a copy of the node. */
export interface SeenNode {
  readonly root: string
  readonly view: NodeView
}

/** Asserts that containerd reads every config.toml and serves CRI with it. Returns how many differ. */
export async function assertConfigsAccepted(
  name: string,
  nodes: readonly SeenNode[],
  proxy: LoggingProxy,
  home: string,
): Promise<number> {
  const texts = new Map(nodes.map(({ root, view }) => [view.snapshot[`/${CONFIG}`], path.join(root, CONFIG)]))
  for (const [nth, file] of [...texts.values()].entries()) {
    execFileSync(launcher(name, 'containerd'), ['--config', file, 'config', 'dump'], { stdio: 'pipe' })
    const node = await makeNode(path.join(home, `${name}-${nth}`))
    await fs.copyFile(file, path.join(node, CONFIG))
    const daemon = await startContainerd(treeOf(name), node, proxy.env)
    await daemon.stop()
  }
  return texts.size
}

/** Asserts that containerd reads every hosts.toml without errors and sends a request. Returns how many differ. */
export async function assertHostsAccepted(
  name: string,
  nodes: readonly SeenNode[],
  proxy: LoggingProxy,
): Promise<number> {
  const checked = new Set<string>()
  for (const { root, view } of nodes) {
    for (const registry of REGISTRIES) {
      const key = `${registry} ${view.endpoints[registry]}`
      if (checked.has(key)) continue
      checked.add(key)
      proxy.clear()
      const image = `${registry}/team/app:latest`
      const stderr = await fetchObject(treeOf(name), path.join(root, HOSTS_DIR), image, proxy.env)
      assert.doesNotMatch(stderr, /failed to decode|unable to load/, `${registry} in ${root}`)
      assert.notDeepEqual(proxy.requests, [], `no request for ${registry}: ${stderr}`)
    }
  }
  return checked.size
}
