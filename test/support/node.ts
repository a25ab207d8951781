/** A node in a directory of its own, with a mirror list beside it. */
import fs from 'node:fs/promises'
import path from 'node:path'
import type { World } from '../../lib/model/world.ts'
import { type Ran, run } from './run.ts'
import { type Tree, withDirectory, writeTree } from './tree.ts'

/** Paths below the root directory of a node. */
export const CONFIG = 'etc/containerd/config.toml'
export const CERTS = 'etc/containerd/certs.d'
export const STATE = 'var/lib/regmirror'

export const hostsFile = (registry: string) => `${CERTS}/${registry}/hosts.toml`

/** A list with one mirror of quay.io. */
export const LIST = 'version = 1\n[registries."quay.io"]\nmirrors = ["https://m.example"]\n'

/** The directories of a node without containerd. */
export const BARE: Tree = { 'etc/': undefined, 'var/lib/': undefined }

export interface TestNode {
  readonly root: string
  /** The path of the list, which is outside the root directory. */
  readonly list: string
  writeList(text: string): Promise<void>
  /** The path on this machine of a file of the node. */
  at(file: string): string
  /** The arguments of a command for this node; `restore` gets no list. */
  args(verb: string, ...more: string[]): readonly string[]
  /** Runs a command for this node in this process. */
  run(verb: string, ...more: string[]): Promise<Ran>
}

/** Uses a node with these files, and removes it afterwards. `world` is that of its commands. */
export async function withNode<T>(
  tree: Tree,
  use: (node: TestNode) => Promise<T>,
  list = LIST,
  world: Partial<World> = {},
): Promise<T> {
  return await withDirectory(async home => {
    const node = nodeIn(home, world)
    await fs.mkdir(node.root)
    await writeTree(node.root, tree)
    await node.writeList(list)
    return await use(node)
  })
}

function nodeIn(home: string, world: Partial<World>): TestNode {
  const [root, list] = [path.join(home, 'node'), path.join(home, 'mirrors.toml')]
  const args = (verb: string, ...more: string[]) => [
    ...[verb, '--root', root, ...(verb === 'restore' ? [] : ['-f', list])],
    ...more,
  ]
  return {
    root,
    list,
    // Private, because it may hold secrets.
    writeList: text => fs.writeFile(list, text, { mode: 0o600 }),
    at: file => path.join(root, file),
    args,
    run: (verb, ...more) => run(args(verb, ...more), world),
  }
}
