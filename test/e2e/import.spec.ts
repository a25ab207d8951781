/**
 * Real pulls before and after `import` and `apply`: running containerds send the same requests for each image. The logs of
 * registries and of a proxy prove it.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { CONFIG, CONFIGURED, writeTree } from '../support/containerd-snapshot.ts'
import { run } from '../support/run.ts'
import { makeNode, startContainerd } from './support/containerd.ts'
import { type LoggingProxy, startLoggingProxy } from './support/logging-proxy.ts'
import { type Listeners, listenOnLoopback } from './support/loopback.ts'
import { decoded } from './support/requests.ts'
import { containerdVersion, generations, needRuntime, treeOf } from './support/runtimes.ts'

const CERTS = '/etc/containerd/certs.d'
const REGISTRY = '[plugins."io.containerd.grpc.v1.cri".registry'

interface Node {
  readonly title: string
  readonly config: string
  /** Files by their paths; `$0` to `$2` are registries that listen. */
  readonly files: Readonly<Record<string, string>>
  readonly images: readonly string[]
}

const NODES: readonly Node[] = [
  {
    title: 'a tree of hosts.toml',
    config: CONFIGURED,
    files: {
      [`${CERTS}/docker.io/hosts.toml`]: `# ours
server = "https://registry-1.docker.io"
[host."$0"]
  capabilities = ["pull", "resolve"]
[host."$1/v2/hub"]
  override_path = true
  capabilities = ["pull", "resolve"]
  [host."$1/v2/hub".header]
    X-Key = "planted"
[host."http://outside.example/below"]
`,
      [`${CERTS}/quay.io/hosts.toml`]: 'server = "$2"\n[host."$1"]\ncapabilities = ["pull"]\n',
      [`${CERTS}/reg.example_5000_/hosts.toml`]: '[host."$2/any"]\noverride_path = true\n',
      [`${CERTS}/own.example/hosts.toml`]: '[host]\n',
      [`${CERTS}/_default/hosts.toml`]: 'server = "$2"\n[host."$0"]\n',
    },
    images: ['busybox', 'quay.io/app', 'reg.example:5000/app', 'own.example/app', 'other.example/app'],
  },
  {
    title: 'registry.mirrors',
    config: `version = 2
${REGISTRY}.mirrors."docker.io"]
endpoint = ["$0", "http://outside.example/v2/x"]
${REGISTRY}.mirrors."quay.io"]
endpoint = ["$1/v2/quay"]
${REGISTRY}.mirrors."*"]
endpoint = ["$2"]
`,
    files: {},
    images: ['busybox', 'quay.io/app', 'other.example/app'],
  },
]

for (const { title, suite } of generations) {
  describe(`import of what ${title} has`, function () {
    this.timeout(0)
    const tree = treeOf(`containerd-${suite}`)
    const log: string[] = []
    let outside: LoggingProxy
    let loopback: Listeners

    before(async function () {
      needRuntime(this, `containerd-${suite}`, true)
      outside = await startLoggingProxy(log)
      loopback = await listenOnLoopback(3, url => log.push(url))
    })
    after(async () => {
      await outside?.close()
      await loopback?.close()
    })

    const filled = (text: string) => text.replace(/\$(\d)/g, (_, i) => loopback.origins[Number(i)] ?? '')

    /** The requests that a pull of each image sends. */
    async function requestsFor(node: string, images: readonly string[]): Promise<Record<string, string[]>> {
      const daemon = await startContainerd(tree, node, outside.env)
      try {
        const sent: Record<string, string[]> = {}
        for (const image of images) {
          log.splice(0)
          await assert.rejects(daemon.cri.pull(image))
          sent[image] = log.map(decoded)
        }
        return sent
      } finally {
        await daemon.stop()
      }
    }

    /** As a person does it: the twin of a directory is removed by hand, and the release is known. */
    async function importAndApply(node: string, home: string): Promise<void> {
      const list = path.join(home, 'list/mirrors.toml')
      const imported = await run(['import', '--root', node, '-o', list])
      assert.equal(imported.code, 0, imported.stderr)
      assert.doesNotMatch(await fs.readFile(list, 'utf8'), /planted/)
      await fs.appendFile(list, `\n[targets.containerd]\nversion = "${containerdVersion(tree)}"\n`)
      // containerd would read this twin instead of the directory of the list.
      await fs.rm(path.join(node, CERTS, 'reg.example_5000_'), { recursive: true, force: true })
      const applied = await run(['apply', '--migrate', '--root', node, '-f', list])
      assert.equal(applied.code, 0, applied.stderr)
    }

    for (const { title: what, config, files, images } of NODES) {
      it(`pulls as before from ${what}`, async () => {
        const home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-import-'))
        try {
          const node = await makeNode(home)
          const all = Object.entries({ [CONFIG]: config, ...files })
          await writeTree(node, Object.fromEntries(all.map(([file, text]) => [file, filled(text)])))
          const before = await requestsFor(node, images)
          await importAndApply(node, home)
          assert.deepEqual(await requestsFor(node, images), before)
          for (const image of images) assert.ok((before[image] ?? []).length > 0, image)
        } finally {
          await fs.rm(home, { recursive: true, force: true })
        }
      })
    }
  })
}
