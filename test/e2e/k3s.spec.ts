/**
 * A list becomes registries.yaml, a port of k3s makes hosts.toml files of that, and real containerds contact the mirrors of the
 * list with those files, in its order. k3s is no package of Debian. The logs of loopback registries prove it.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { endpoints } from '../../lib/targets/k3s/pull/endpoints.ts'
import { hostsText, k3sHosts } from '../support/k3s-hosts.ts'
import { FILE, k3sOn } from '../support/k3s-snapshot.ts'
import { withNode } from '../support/node.ts'
import { fetchObject } from './support/ctr.ts'
import { type LoggingProxy, startLoggingProxy } from './support/logging-proxy.ts'
import { type Listeners, listenOnLoopback } from './support/loopback.ts'
import { decoded, requestsOf } from './support/requests.ts'
import { generations, needRuntime, treeOf } from './support/runtimes.ts'

/** Lists with a port that listens in place of each `$0`, `$1`, `$2`, and what registries.yaml has before. */
const CASES: readonly (readonly [title: string, list: string, before: string])[] = [
  ['mirrors in their order', '[registries."docker.io"]\nmirrors = ["$1", "$0"]\n', ''],
  [
    'every path that a list has',
    '[registries."docker.io"]\nmirrors = ["$0/v2/hub", "$1/registry/v2", { url = "$2/api", base = "exact" }]\n',
    '',
  ],
  ['mirrors for every registry', '[registries."*"]\nmirrors = ["$2"]\n', 'mirrors: {}\n'],
  ['a server at another URL', '[registries."quay.io"]\nserver = "$1"\nmirrors = ["$0"]\n', ''],
  [
    'entries of others beside them',
    '[registries."quay.io"]\nmirrors = ["$0"]\n',
    'mirrors:\n  ghcr.io:\n    endpoint: ["http://old.example"]\nconfigs:\n  quay.io:\n    auth: {username: u, password: p}\n',
  ],
]
const IMAGES = [
  'docker.io/team/app:latest',
  'quay.io/team/app:latest',
  `ghcr.io/team/app@sha256:${'5'.repeat(64)}`,
]

for (const { title, suite } of generations) {
  describe(`what the containerd of a k3s with ${title} contacts`, function () {
    this.timeout(0)
    const tree = treeOf(`containerd-${suite}`)
    const log: string[] = []
    let outside: LoggingProxy
    let loopback: Listeners
    let home: string

    before(async function () {
      needRuntime(this, `containerd-${suite}`, false)
      home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-k3s-'))
      outside = await startLoggingProxy(log)
      loopback = await listenOnLoopback(3, url => log.push(url))
    })
    after(async () => {
      await outside?.close()
      await loopback?.close()
      if (home !== undefined) await fs.rm(home, { recursive: true })
    })

    async function registriesYaml(list: string, before: string): Promise<string> {
      let text = ''
      await withNode({ [FILE.slice(1)]: before }, async node => {
        const filled = list.replace(/\$(\d)/g, (_, i) => loopback.origins[Number(i)] ?? '')
        await node.writeList(`version = 1\n${filled}[targets.k3s]\n`)
        const applied = await node.run('apply')
        assert.equal(applied.code, 0, applied.stderr)
        text = await fs.readFile(path.join(node.root, FILE), 'utf8')
      })
      return text
    }

    for (const [what, list, before] of CASES) {
      it(`is what the list says: ${what}`, async () => {
        const text = await registriesYaml(list, before)
        const hostsDir = await fs.mkdtemp(path.join(home, 'certs.d-'))
        for (const [name, hosts] of Object.entries(k3sHosts(text))) {
          await fs.mkdir(path.join(hostsDir, name))
          await fs.writeFile(path.join(hostsDir, name, 'hosts.toml'), hostsText(hosts))
        }
        const snapshot = await k3sOn({ [FILE]: text })
        for (const image of IMAGES) {
          const [route] = endpoints(snapshot, image)
          log.splice(0)
          const stderr = await fetchObject(tree, hostsDir, image, outside.env)
          const expected = requestsOf(route, loopback.origins)
          const found = log.map(decoded).slice(0, image.includes('@') ? expected.length : undefined)
          assert.deepEqual(found, expected, `${image}\n${text}\n${stderr}`)
          assert.doesNotMatch(stderr, /failed to decode/)
        }
      })
    }
  })
}
