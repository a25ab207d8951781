/** What a real containerd says of the files of a node. */
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

/** A node that was seen, and a copy of it. */
export interface SeenNode {
  readonly root: string
  readonly sight: NodeView
}

/** Every config.toml that was seen is read, and a daemon with CRI starts on it. Gives how many there were. */
export async function assertConfigsAccepted(
  name: string,
  seen: readonly SeenNode[],
  outside: LoggingProxy,
  home: string,
): Promise<number> {
  const texts = new Map(
    seen.map(({ root, sight }) => [sight.snapshot[`/${CONFIG}`], path.join(root, CONFIG)]),
  )
  for (const [nth, file] of [...texts.values()].entries()) {
    execFileSync(launcher(name, 'containerd'), ['--config', file, 'config', 'dump'], { stdio: 'pipe' })
    const node = await makeNode(path.join(home, `${name}-${nth}`))
    await fs.copyFile(file, path.join(node, CONFIG))
    const daemon = await startContainerd(treeOf(name), node, outside.env)
    await daemon.stop()
  }
  return texts.size
}

/** Every hosts.toml that was seen is read without complaint, and somebody is asked. Gives how many there were. */
export async function assertHostsAccepted(
  name: string,
  seen: readonly SeenNode[],
  outside: LoggingProxy,
): Promise<number> {
  const judged = new Set<string>()
  for (const { root, sight } of seen) {
    for (const registry of REGISTRIES) {
      const key = `${registry} ${sight.endpoints[registry]}`
      if (judged.has(key)) continue
      judged.add(key)
      outside.clear()
      const image = `${registry}/team/app:latest`
      const said = await fetchObject(treeOf(name), path.join(root, HOSTS_DIR), image, outside.env)
      assert.doesNotMatch(said, /failed to decode|unable to load/, `${registry} in ${root}`)
      assert.notDeepEqual(outside.requests, [], `nobody was asked for ${registry}: ${said}`)
    }
  }
  return judged.size
}
