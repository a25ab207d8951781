/**
 * `explain` names the requests that pulls send: for many generated nodes and images, running containerds contact the
 * endpoints of its report in that order, with those URLs, for the tag, the manifest and a blob. The logs of registries and
 * of a proxy prove it.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import type { ExplainedImage, ExplainReport } from '../../lib/model/explain-report.ts'
import type { Notice } from '../../lib/model/report.ts'
import { type ExplainedNode, explainedNode } from '../support/arbitrary/explained-nodes.ts'
import { PLAIN_URLS } from '../support/arbitrary/hosts-files.ts'
import { isFullTest, SEED } from '../support/check-property.ts'
import { CERTS, CONFIG, CONFIGURED, writeTree } from '../support/containerd-snapshot.ts'
import { run } from '../support/run.ts'
import { makeNode, startContainerd } from './support/containerd.ts'
import { announcedRequests } from './support/explained-requests.ts'
import { type LoggingProxy, startLoggingProxy } from './support/logging-proxy.ts'
import { manifestDigest, type PullOrigins, startPullOrigins } from './support/pull-origins.ts'
import { decoded } from './support/requests.ts'
import { containerdVersion, generations, needRuntime, treeOf } from './support/runtimes.ts'

/** Registries of each node; three of four have images by tag alone. */
const REGISTRIES = isFullTest ? 250 : 45
const counted = { nodes: 0, pairs: 0, requests: 0 }
/** Two with generated files, three whose config.toml decides. */
const NODES = 5

for (const { title, suite } of generations) {
  describe(`what explain says of ${title}`, function () {
    this.timeout(0)
    const tree = treeOf(`containerd-${suite}`)
    const log: string[] = []
    let outside: LoggingProxy
    let loopback: PullOrigins

    before(async function () {
      needRuntime(this, `containerd-${suite}`, true)
      outside = await startLoggingProxy(log, ({ method, url }) => `${method} ${url}`)
      loopback = await startPullOrigins(3, line => log.push(line))
    })
    after(async () => {
      await outside?.close()
      await loopback?.close()
    })

    for (const wild of [false, true])
      it(`is what it requests, with ${wild ? 'odd and broken' : 'plain'} files`, async () => {
        const { origins, serving } = loopback
        const urls = [...origins, ...origins, ...PLAIN_URLS]
        const [made] = fc.sample(explainedNode({ urls, serving, wild }, manifestDigest, REGISTRIES), {
          seed: SEED + Number(wild),
          numRuns: 1,
        })
        assert(made !== undefined)
        await onNode(made, containerdVersion(tree), async (node, explained) => {
          const daemon = await startContainerd(tree, node, outside.env)
          try {
            for (const image of explained) await assertRequests(image, name => daemon.cri.pull(name))
          } finally {
            await daemon.stop()
          }
        })
      })

    it('is what it requests, with mirrors in config.toml and with two directories', async () => {
      const { origins, serving } = loopback
      for (const made of configuredNodes(origins, serving))
        await onNode(made, containerdVersion(tree), async (node, explained) => {
          const daemon = await startContainerd(tree, node, outside.env)
          try {
            for (const image of explained) await assertRequests(image, name => daemon.cri.pull(name))
          } finally {
            await daemon.stop()
          }
        })
    })

    async function assertRequests(
      { image, repository, routes }: ExplainedImage,
      pull: (image: string) => Promise<string>,
    ): Promise<void> {
      const [route, ...others] = routes
      assert(route !== undefined && others.length === 0, image)
      if (route.unknown !== undefined) return
      log.splice(0)
      await assert.rejects(pull(image))
      const { origins, serving } = loopback
      const expected = announcedRequests(route, { repository, heard: origins, serving }).map(decoded)
      // Where no endpoint has the manifest of a digest, containerd goes on to request it as a blob.
      const found = log.map(decoded).slice(0, image.includes('@') ? expected.length : undefined)
      const inAnyOrder = route.ignored.some(({ message }) => message.includes('random order'))
      const sorted = (lines: readonly string[]) => (inAnyOrder ? lines.toSorted() : lines)
      assert.deepEqual(sorted(found), sorted(expected), `${image}\n${JSON.stringify(route, null, 1)}`)
      counted.pairs += 1
      counted.requests += expected.length
    }
  })
}

after(() => {
  if (counted.pairs === 0) return
  console.log(`    ${counted.pairs} pulls sent the ${counted.requests} requests that explain announces`)
  const isWhole = counted.nodes === NODES * generations.length
  assert.ok(!isWhole || counted.pairs >= 300, 'fewer pairs than promised')
})

const REGISTRY = '[plugins."io.containerd.grpc.v1.cri".registry'

/** Nodes whose config.toml decides. */
function configuredNodes(origins: readonly string[], serving: string): readonly ConfiguredNode[] {
  const [first, second] = origins
  const images = [`docker.io/team/app1`, `quay.io/team/app2`, `reg.example:5000/team/app3`].map(name => ({
    name,
    repository: name.slice(name.indexOf('/') + 1),
  }))
  const table = (name: string, ...urls: (string | undefined)[]) =>
    `${REGISTRY}.mirrors."${name}"]\nendpoint = ${JSON.stringify(urls)}\n`
  return [
    {
      images,
      directories: {},
      config: `version = 2\n${table('docker.io', first, 'http://a.example/v2/p', serving)}${table('quay.io', serving, second)}${table('*', second, `${serving}/v2`)}`,
    },
    { images, directories: { 'docker.io': `server = "${serving}"\n` }, config: 'version = 2\n' },
    {
      images,
      directories: { _default: `server = "${serving}"\n[host."${first}"]\n` },
      config: `version = 2\n${REGISTRY}]\nconfig_path = "/etc/nowhere:${CERTS}"\n`,
    },
  ]
}

interface ConfiguredNode extends ExplainedNode {
  readonly config?: string
}

/** Makes the node, and explains its images. */
async function onNode(
  { directories, images, config = CONFIGURED }: ConfiguredNode,
  version: string,
  use: (node: string, explained: readonly ExplainedImage[]) => Promise<void>,
): Promise<void> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-explain-'))
  try {
    const node = await makeNode(home)
    const list = `version = 1\n[registries."list.example"]\nmirrors = []\n[targets.containerd]\nversion = "${version}"\n`
    const files = Object.entries(directories).map(([name, text]) => [
      `${CERTS}/${name}/${text === undefined ? 'ca.txt' : 'hosts.toml'}`,
      text ?? '',
    ])
    await writeTree(node, { [CONFIG]: config, ...Object.fromEntries(files) })
    const listFile = path.join(home, 'mirrors.toml')
    await fs.writeFile(listFile, list)
    const args = ['explain', '--root', node, '-f', listFile, '--format', 'json']
    const { code, stdout, stderr } = await run([...args, ...images.map(({ name }) => name)])
    assert.equal(code, 0, stdout + stderr)
    const report = JSON.parse(stdout) as ExplainReport<Notice>
    assert.deepEqual(
      report.images.map(({ image }) => image),
      images.map(({ name }) => name),
    )
    counted.nodes += 1
    await use(node, report.images)
  } finally {
    await fs.rm(home, { recursive: true, force: true })
  }
}
