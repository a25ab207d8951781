/**
 * Running containerds contact the endpoints that the reader lists, by config.toml and the directories that it names. The
 * logs of registries and of a proxy prove it.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { containerd } from '../../lib/targets/containerd/containerd.ts'
import type { Snapshot } from '../../lib/targets/containerd/snapshot.ts'
import { observeTree, writeTree } from '../support/containerd-snapshot.ts'
import { makeNode, startContainerd } from './support/containerd.ts'
import { type LoggingProxy, startLoggingProxy } from './support/logging-proxy.ts'
import { type Listeners, listenOnLoopback } from './support/loopback.ts'
import { decoded, requestsOf } from './support/requests.ts'
import { containerdVersion, generations, needRuntime, treeOf } from './support/runtimes.ts'

const REGISTRY = '[plugins."io.containerd.grpc.v1.cri".registry'

interface Node {
  readonly title: string
  readonly config: string
  /** Files by their paths; `$0` and `$1` are registries that listen. */
  readonly files: Readonly<Record<string, string>>
  readonly images: readonly string[]
}

const TWO_DIRECTORIES = {
  '/etc/a/quay.io/hosts.toml': '[host."$0"]\n',
  '/etc/b/docker.io/hosts.toml': '[host."$1"]\n',
  '/etc/b/quay.io/hosts.toml': '[host."http://hidden.example"]\n',
}

const NODES: readonly Node[] = [
  {
    title: 'one directory',
    config: `version = 2\n${REGISTRY}]\nconfig_path = "/etc/containerd/certs.d"\n`,
    files: {
      '/etc/containerd/certs.d/docker.io/hosts.toml': 'server = "$1"\n[host."$0"]\n',
      '/etc/containerd/certs.d/_default/hosts.toml': '[host."http://any.example"]\n[host."$1"]\n',
      '/etc/containerd/certs.d/reg.example_5000_/hosts.toml': '[host."$0"]\n',
      '/etc/containerd/certs.d/reg.example:5000/hosts.toml': '[host."$1"]\n',
      '/etc/containerd/certs.d/broken.example/hosts.toml': '[host."$0"]\ncapabilities = ["pul"]\n',
      '/etc/containerd/certs.d/missing.example/hosts.toml': '[host."$0"]\nca = "ca.pem"\n',
      '/etc/containerd/certs.d/empty.example/ca.txt': '',
    },
    images: [
      ...[
        'busybox',
        'index.docker.io/team/app',
        'registry-1.docker.io/app',
        'quay.io/app',
        'reg.example:5000/app',
      ],
      ...['reg.example/app', 'broken.example/app', 'missing.example/app', 'empty.example/app'],
      ...['localhost:1/app', 'Reg.Example/app', 'quay.io/App'],
    ],
  },
  {
    title: 'two directories',
    config: `version = 2\n${REGISTRY}]\nconfig_path = "/etc/a:/etc/b"\n`,
    files: TWO_DIRECTORIES,
    images: ['busybox', 'quay.io/app', 'other.example/app'],
  },
  {
    title: 'two directories and local pulls',
    config: `version = 2\n[plugins."io.containerd.grpc.v1.cri"]\nmax_concurrent_downloads = 4\n${REGISTRY}]\nconfig_path = "/etc/a:/etc/b"\n`,
    files: TWO_DIRECTORIES,
    images: ['busybox', 'quay.io/app'],
  },
  {
    title: 'no config_path',
    config: 'version = 2\n',
    files: { '/etc/containerd/certs.d/docker.io/hosts.toml': '[host."$0"]\n' },
    images: ['busybox', 'quay.io/app'],
  },
  {
    title: 'registry.mirrors',
    config: `version = 2\n${REGISTRY}.mirrors."docker.io"]\nendpoint = ["$0", "http://a.example/v2/x"]\n${REGISTRY}.mirrors."*"]\nendpoint = ["$1"]\n`,
    files: {},
    images: ['busybox', 'quay.io/app'],
  },
]

for (const { title, suite } of generations) {
  describe(`what CRI of ${title} contacts`, function () {
    this.timeout(0)
    const tree = treeOf(`containerd-${suite}`)
    const log: string[] = []
    let outside: LoggingProxy
    let loopback: Listeners

    before(async function () {
      needRuntime(this, `containerd-${suite}`, true)
      outside = await startLoggingProxy(log)
      loopback = await listenOnLoopback(2, url => log.push(url))
    })
    after(async () => {
      await outside?.close()
      await loopback?.close()
    })

    const filled = (text: string) => text.replace(/\$(\d)/g, (_, i) => loopback.origins[Number(i)] ?? '')

    async function assertContacts(snapshot: Snapshot, image: string, pull: () => Promise<string>) {
      const [route, ...others] = containerd.endpoints(snapshot, image)
      assert.deepEqual([others, route.unknown], [[], undefined], image)
      log.splice(0)
      await assert.rejects(pull())
      assert.deepEqual(log.map(decoded), requestsOf(route, loopback.origins), image)
    }

    for (const { title: what, config, files, images } of NODES) {
      it(`matches the reader with ${what}`, async () => {
        const home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-cri-'))
        try {
          const node = await makeNode(home)
          const all = { '/etc/containerd/config.toml': config, ...files }
          await writeTree(
            node,
            Object.fromEntries(Object.entries(all).map(([file, text]) => [file, filled(text)])),
          )
          const snapshot = await observeTree(node, containerdVersion(tree))
          const daemon = await startContainerd(tree, node, outside.env)
          try {
            for (const image of images) await assertContacts(snapshot, image, () => daemon.cri.pull(image))
          } finally {
            await daemon.stop()
          }
        } finally {
          await fs.rm(home, { recursive: true, force: true })
        }
      })
    }
  })
}
