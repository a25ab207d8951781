/**
 * The golden nodes, run: a containerd that is started on what we made of a node must answer, and must ask for
 * every registry whom the list names.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { withDirectory } from '../support/tree.ts'
import { type Daemon, makeNode, startContainerd } from './support/containerd.ts'
import { expectedRequests, readList } from './support/expected-requests.ts'
import { type LoggingProxy, startLoggingProxy } from './support/logging-proxy.ts'
import { containerdVersion, generations, needRuntime, treeOf } from './support/runtimes.ts'

const NODES = path.resolve(import.meta.dirname, '../../fixtures/nodes')

/** Nodes whose own config.toml keeps CRI, or our files, out of use: their plan says so. */
const NOT_IN_USE = [
  'config-cri-disabled',
  'config-disables-cri-by-its-full-name',
  'config-managed-elsewhere',
  'config-managed-elsewhere-by-a-placeholder-for-a-named-directory',
  'config-managed-elsewhere-without-cri',
]

/** Names of the nodes that this containerd can run: those made for it, and those made for any. */
function nodesFor(version: string): string[] {
  return readdirSync(NODES).filter(name => {
    const folder = path.join(NODES, name)
    if (NOT_IN_USE.includes(name) || !existsSync(path.join(folder, 'after/etc/containerd/config.toml')))
      return false
    const [major, minor] =
      readList(path.join(folder, 'mirrors.toml')).targets?.containerd?.version?.split('.') ?? []
    return major === undefined || version.startsWith(`${major}.${minor}.`)
  })
}

for (const { title, suite } of generations) {
  describe(`golden nodes on ${title}`, function () {
    this.timeout(180_000)
    const tree = treeOf(`containerd-${suite}`)
    before(function () {
      needRuntime(this, `containerd-${suite}`, true)
    })
    for (const name of nodesFor(existsSync(tree) ? containerdVersion(tree) : '')) {
      it(name, () => withDirectory(home => runNode(path.join(NODES, name), tree, home)))
    }
  })
}

async function runNode(folder: string, tree: string, home: string): Promise<void> {
  const node = await makeNode(home)
  await fs.cp(path.join(folder, 'after'), node, { recursive: true, verbatimSymlinks: true })
  const outside = await startLoggingProxy()
  try {
    const daemon = await startContainerd(tree, node, outside.env)
    await askForAll(path.join(folder, 'mirrors.toml'), daemon, outside).finally(daemon.stop)
  } finally {
    await outside.close()
  }
}

/** Pulls an image that nobody has from every registry of the list, and looks at who was asked for it. */
async function askForAll(file: string, daemon: Daemon, outside: LoggingProxy): Promise<void> {
  const list = readList(file)
  for (const name of Object.keys(list.registries)) {
    outside.clear()
    const image = { registry: name === '*' ? 'other.test' : name, repository: 'team/app' }
    await assert.rejects(daemon.cri.pull(`${image.registry}/${image.repository}:latest`))
    assert.deepEqual(outside.requests, expectedRequests(list, name, image), daemon.log())
  }
}
