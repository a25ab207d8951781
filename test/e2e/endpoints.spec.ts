/**
 * Real containerds contact the endpoints that the reader lists, with hosts.toml files that people write, that regmirror
 * renders, and that are broken. The logs of registries and of a proxy prove it.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { containerd } from '../../lib/targets/containerd/containerd.ts'
import { registryFiles } from '../../lib/targets/hosts-toml/registry-files.ts'
import type { PullRoute } from '../../lib/targets/pull-route.ts'
import { hostsFiles, PLAIN_URLS } from '../support/arbitrary/hosts-files.ts'
import { mutated } from '../support/arbitrary/mutations.ts'
import { checkProperty } from '../support/check-property.ts'
import { CERTS, CONFIG, CONFIGURED, observeTree, writeTree } from '../support/containerd-snapshot.ts'
import { mirror, registry } from '../support/lists.ts'
import { fetchObject } from './support/ctr.ts'
import { type LoggingProxy, startLoggingProxy } from './support/logging-proxy.ts'
import { type Listeners, listenOnLoopback } from './support/loopback.ts'
import { decoded, requestsOf } from './support/requests.ts'
import { containerdVersion, generations, needRuntime, treeOf } from './support/runtimes.ts'

const NAMES = ['docker.io', 'quay.io', 'registry.example:5000', 'localhost:5000']
const REFERENCES = [':latest', `@sha256:${'5'.repeat(64)}`]

/** Files that a route names and that are on no machine: containerd then contacts nothing. */
function namesForeignFile({ endpoints }: PullRoute): boolean {
  return endpoints.some(({ ca, client }) => ca.length + client.length > 0)
}

/** Hand-written files, with a port that listens in place of each `$0`, `$1`, `$2`. */
const WRITTEN: readonly (readonly [title: string, text: string])[] = [
  ['hosts in the order of their headers', '[host."$1"]\n[host."http://a.example"]\n[host."$0"]\n'],
  ['a server of its own', 'server = "$2"\n[host."$1"]\n'],
  ['a server without a host', 'server = "$2"\n'],
  ['a host twice on 2.x', '[host."$0"]\n[host."$1"]\n[host."$0".header]\nX-A = "1"\n'],
  ['dotted keys', 'host."$1".capabilities = ["pull", "resolve"]\nhost."$0".override_path = true\n'],
  ['an inline table', '[host]\n"$0" = { override_path = true }\n'],
  ['paths', '[host."$0/v2/project"]\noverride_path = true\n[host."$1/a/../b/"]\n[host."$2/v2/"]\n'],
  ['capabilities', '[host."$0"]\ncapabilities = ["PULL"]\n[host."$1"]\ncapabilities = ["pull", "resolve"]\n'],
  ['http with TLS keys', '[host."$0"]\nskip_verify = false\n[host."http://a.example:5000"]\nca = []\n'],
  ['no scheme', '[host."a.example:5000"]\n[host."HTTP://b.example"]\n'],
  ['an unknown capability', 'server = "$2"\n[host."$0"]\ncapabilities = ["pul"]\n'],
  ['referrers', '[host."$0"]\ncapabilities = ["pull", "resolve", "referrers"]\n'],
  ['dial_timeout', '[host."$0"]\ndial_timeout = "2s"\n[host."http://a.example:5000"]\ndial_timeout = "2s"\n'],
  ['a bad dial_timeout', '[host."$0"]\ndial_timeout = "soon"\n'],
  ['keys in capitals', '[host."$0"]\nOVERRIDE_PATH = true\n[host."$1"]\nOverride_Path = true\n'],
  ['a byte order mark', '\ufeff[host."$0"]\n'],
  ['a certificate that does not exist', '[host."$0"]\n[host."https://a.example"]\nca = "ca.pem"\n'],
  ['root keys without a server', 'capabilities = ["push"]\n[host."$0"]\n'],
  ['no [host] table', 'skip_verify = true\n'],
  ['no file', ''],
]

for (const { title, suite } of generations) {
  describe(`what ${title} contacts`, function () {
    this.timeout(0)
    const tree = treeOf(`containerd-${suite}`)
    const log: string[] = []
    let outside: LoggingProxy
    let loopback: Listeners
    let home: string
    let version: string

    before(async function () {
      needRuntime(this, `containerd-${suite}`, false)
      version = containerdVersion(tree)
      home = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-endpoints-'))
      outside = await startLoggingProxy(log)
      loopback = await listenOnLoopback(3, url => log.push(url))
    })
    after(async () => {
      await outside?.close()
      await loopback?.close()
      if (home !== undefined) await fs.rm(home, { recursive: true })
    })

    const filled = (text: string) => text.replace(/\$(\d)/g, (_, i) => loopback.origins[Number(i)] ?? '')

    /** What containerd's own code contacts for an image with this hosts.toml, beside its route. */
    async function assertContacts(name: string, text: string | Buffer): Promise<void> {
      const root = await fs.mkdtemp(path.join(home, 'node-'))
      await writeTree(root, { [CONFIG]: CONFIGURED, [`${CERTS}/${name}/hosts.toml`]: text })
      const snapshot = await observeTree(root, version)
      for (const reference of REFERENCES) {
        const image = `${name}/team/app${reference}`
        const [route] = containerd.endpoints(snapshot, image)
        if (route.unknown !== undefined) continue
        log.splice(0)
        const stderr = await fetchObject(tree, path.join(root, CERTS), image, outside.env)
        const expected = namesForeignFile(route) ? [] : requestsOf(route, loopback.origins)
        // An endpoint that has no manifest of a digest may be sent a request for a blob.
        const found = log.map(decoded).slice(0, reference.startsWith('@') ? expected.length : undefined)
        const inAnyOrder = route.ignored.some(({ message }) => message.includes('random order'))
        const sorted = (urls: readonly string[]) => (inAnyOrder ? urls.toSorted() : urls)
        assert.deepEqual(sorted(found), sorted(expected), `${image}\n${stderr}`)
        const refused = route.ignored.some(({ message }) =>
          message.startsWith('containerd ignores this file'),
        )
        assert.equal(/failed to decode/.test(stderr), refused, stderr)
      }
      await fs.rm(root, { recursive: true })
    }

    for (const [what, text] of WRITTEN) {
      it(`matches the reader with ${what}`, () => assertContacts('docker.io', filled(text)))
    }

    for (const fallback of [true, false]) {
      it(`matches the reader with what it renders, ${fallback ? 'with' : 'without'} fallback`, async () => {
        const [first = '', second = ''] = loopback.origins
        const prefix = { origin: second, path: '/v2/hub', form: 'prefix' } as const
        const mirrors = [
          mirror('https://a.example', { header: { 'X-A': '1' } }),
          mirror(first, { capabilities: ['pull'] }),
          mirror(second, { base: prefix, dialTimeout: '1.5s' }),
        ]
        const files = registryFiles(registry('quay.io', mirrors, { fallback }), CERTS, 'immediate')
        await assertContacts('quay.io', String(files.at(-1)?.content))
      })
    }

    const cases = (texts: fc.Arbitrary<string | Buffer>) => fc.tuple(fc.constantFrom(...NAMES), texts)
    const check = ([name, text]: [string, string | Buffer]) => assertContacts(name, text)
    const show = ([, text]: [string, string | Buffer]) => String(text)
    const urls = () => [...loopback.origins, ...loopback.origins, ...PLAIN_URLS]

    it('matches the reader with random files', async () => {
      await checkProperty(cases(hostsFiles({ urls: urls(), wild: true })), 160, check, show)
    })

    it('matches the reader with mutated files', async () => {
      await checkProperty(cases(mutated(hostsFiles({ urls: urls(), wild: false }))), 160, check, show)
    })
  })
}
