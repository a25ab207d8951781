/** What k3s has on a node that is made of a few files. */
import { openReader } from '../../lib/system/reader.ts'
import { observe } from '../../lib/targets/k3s/observe.ts'
import type { K3sSnapshot } from '../../lib/targets/k3s/snapshot.ts'
import { type Tree, withDirectory, writeTree } from './tree.ts'

export const FILE = '/etc/rancher/k3s/registries.yaml'

/** Files by their paths; without a machine. */
export function k3sOn(files: Tree): Promise<K3sSnapshot> {
  return withDirectory(async root => {
    await writeTree(root, files)
    const state = { version: 1, files: {}, made: [], empty: [] } as const
    const view = { node: openReader(root), state, uid: process.geteuid?.() ?? 0, machine: undefined }
    return await observe(view, { config: undefined })
  })
}
