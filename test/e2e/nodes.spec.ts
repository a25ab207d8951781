/**
 * Runs the golden nodes: a containerd that starts with the files of a node must respond, and must send the requests that the
 * list declares for every registry.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { readWritten } from '../../lib/targets/containerd/settings.ts'
import { withDirectory } from '../support/tree.ts'
import { type Daemon, makeNode, startContainerd } from './support/containerd.ts'
import { expectedRequests, readList } from './support/expected-requests.ts'
import { type LoggingProxy, startLoggingProxy } from './support/logging-proxy.ts'
import { containerdVersion, generations, needRuntime, treeOf } from './support/runtimes.ts'

const NODES = path.resolve(import.meta.dirname, '../../fixtures/nodes')

/** Nodes whose own config.toml disables CRI, or ignores the files of regmirror; the plan reports it. */
const NOT_IN_USE = [
  'config-cri-disabled',
  'config-disables-cri-by-its-full-name',
  'config-managed-elsewhere',
  'config-managed-elsewhere-by-a-placeholder-for-a-named-directory',
  'config-managed-elsewhere-without-cri',
  'migrate-another-config',
  'shape-docker-1.7',
]

/** The nodes that this containerd can run: those for its version, and those for any version. */
function nodesFor(version: string): string[] {
  return readdirSync(NODES).filter(name => {
    const folder = path.join(NODES, name)
    if (NOT_IN_USE.includes(name) || !existsSync(path.join(folder, 'after/etc/containerd/config.toml')))
      return false
    const written = readList(path.join(folder, 'mirrors.toml')).targets?.containerd ?? {}
    const [major, minor] = readWritten(written).version?.split('.') ?? []
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
      it(`send the declared requests: ${name}`, () =>
        withDirectory(home => runNode(path.join(NODES, name), tree, home)))
    }
  })
}

async function runNode(folder: string, tree: string, home: string): Promise<void> {
  const node = await makeNode(home)
  await fs.cp(path.join(folder, 'after'), node, { recursive: true, verbatimSymlinks: true })
  const proxy = await startLoggingProxy()
  try {
    const daemon = await startContainerd(tree, node, proxy.env)
    await pullAll(path.join(folder, 'mirrors.toml'), daemon, proxy).finally(daemon.stop)
  } finally {
    await proxy.close()
  }
}

/** Pulls a missing image from every registry of the list, and compares the requests. */
async function pullAll(file: string, daemon: Daemon, proxy: LoggingProxy): Promise<void> {
  const list = readList(file)
  for (const name of Object.keys(list.registries)) {
    proxy.clear()
    const image = { registry: name === '*' ? 'other.test' : name, repository: 'team/app' }
    await assert.rejects(daemon.cri.pull(`${image.registry}/${image.repository}:latest`))
    assert.deepEqual(proxy.requests, expectedRequests(list, name, image), daemon.log())
  }
}
