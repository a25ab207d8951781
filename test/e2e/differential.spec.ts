/**
 * Random lists on every generation of containerd: the requests of containerd for an image, with the files that
 * regmirror wrote, are those of the list and those of the plan, in the same order.
 */
import assert from 'node:assert/strict'
import path from 'node:path'
import fc from 'fast-check'
import type { WrittenList, WrittenMirror } from '../../lib/list/written.ts'
import type { PlanReport } from '../../lib/model/report.ts'
import { ENV, lists, TLS } from '../support/arbitrary/lists.ts'
import { type Spelled, spelled } from '../support/arbitrary/spelling.ts'
import { checkProperty } from '../support/check-property.ts'
import { readHosts } from '../support/containerd-hosts.ts'
import type { Major } from '../support/containerd-order.ts'
import { expectedEndpoints, registryName } from '../support/expected-endpoints.ts'
import { command, withHome } from '../support/home.ts'
import { fetchObject } from './support/ctr.ts'
import { type Image, requestsFor } from './support/expected-requests.ts'
import { type LoggingProxy, startLoggingProxy } from './support/logging-proxy.ts'
import { type Listeners, listenOnLoopback } from './support/loopback.ts'
import { containerdVersion, generations, needRuntime, treeOf } from './support/runtimes.ts'

const LISTS = 300
const CERTS = '/etc/containerd/certs.d'
const REFERENCES = ['latest', `sha256:${'5'.repeat(64)}`]

/** Lists whose http mirrors on this machine are listeners of the test. */
function reachableLists(version: string, origins: readonly string[]): fc.Arbitrary<Spelled> {
  const withOrigin = (url: string, i: number) =>
    url.replace(/^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?(?=\/|$)/i, origins[i % origins.length] ?? '')
  // No request arrives if the dial timeout is too short.
  const patient = <T extends { readonly dial_timeout?: string }>(table: T): T =>
    /\dms$/.test(table.dial_timeout ?? '') ? { ...table, dial_timeout: '2s' } : table
  const mirror = (entry: string | WrittenMirror, i: number) =>
    typeof entry === 'string' ? withOrigin(entry, i) : { ...patient(entry), url: withOrigin(entry.url, i) }
  const reachable = (list: WrittenList): WrittenList => {
    const tables = Object.entries(list.registries).map(([key, { mirrors, server, ...table }]) => [
      key,
      {
        ...table,
        ...(mirrors && { mirrors: mirrors.map(mirror) }),
        ...(server && { server: typeof server === 'string' ? server : patient(server) }),
      },
    ])
    const defaults = list.defaults && { defaults: patient(list.defaults) }
    return { ...list, ...defaults, registries: Object.fromEntries(tables) }
  }
  return spelled(lists(fc.constant({ containerd: { version } })).map(reachable))
}

/** The files that a plan would create, by path, from its diffs. */
function createdFiles({ changes }: PlanReport): ReadonlyMap<string, string> {
  const text = (diff: string) => diff.split('\n').filter(line => /^\+(?!\+\+ )/.test(line))
  return new Map(
    changes.map(change => [
      change.path,
      text(change.diff)
        .map(line => line.slice(1))
        .join('\n'),
    ]),
  )
}

/** containerd 1 cannot read an IPv6 address as a mirror, so such a list may be refused. */
function hasIPv6({ registries }: WrittenList): boolean {
  const urls = Object.values(registries).flatMap(({ mirrors = [] }) =>
    mirrors.map(one => (typeof one === 'string' ? one : one.url)),
  )
  return urls.some(url => url.includes('['))
}

for (const { title, suite } of generations) {
  describe(`random lists on ${title}`, function () {
    this.timeout(0)
    const tree = treeOf(`containerd-${suite}`)
    const log: string[] = []
    let outside: LoggingProxy
    let loopback: Listeners
    let version: string
    let major: Major

    before(async function () {
      needRuntime(this, `containerd-${suite}`, false)
      version = containerdVersion(tree)
      major = version.startsWith('1') ? 1 : 2
      outside = await startLoggingProxy(log)
      loopback = await listenOnLoopback(3, url => log.push(url))
    })
    after(async () => {
      await outside?.close()
      await loopback?.close()
    })

    /** The requests of containerd for an image; fails if containerd cannot read the files. */
    async function sentRequests(
      root: string,
      { registry, repository }: Image,
      reference: string,
    ): Promise<string[]> {
      log.splice(0)
      const name = `${registry}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`
      const output = await fetchObject(tree, path.join(root, CERTS), name, outside.env)
      assert.doesNotMatch(output, /failed to decode|unable to (read|load)|invalid/, output)
      return log.map(decodeURIComponent)
    }

    async function requestsAsListed(list: Spelled): Promise<void> {
      await withHome({ node: {}, takeOver: false }, async home => {
        const plan = await command(home, 'plan', list, '--format', 'json')
        const applied = await command(home, 'apply', list)
        if (applied.code === 2 && major === 1 && hasIPv6(list.list)) return
        assert.equal(applied.code, 0, applied.stderr)
        const files = createdFiles(JSON.parse(plan.stdout))
        for (const key of Object.keys(list.list.registries)) {
          const image = { registry: key === '*' ? 'nobody.test' : registryName(key), repository: 'team/app' }
          const listed = expectedEndpoints(list.list, key, image.registry, { env: ENV, files: TLS })
          const directory = key === '*' ? '_default' : image.registry
          const planned = readHosts(files.get(`${CERTS}/${directory}/hosts.toml`) ?? '', image.registry, [
            major,
          ])
          for (const reference of REFERENCES) {
            const expected = requestsFor(reference, listed, image, loopback.origins).map(decodeURIComponent)
            const fromPlan = requestsFor(reference, planned, image, loopback.origins).map(decodeURIComponent)
            assert.deepEqual(fromPlan, expected, 'the plan')
            const found = await sentRequests(home.root, image, reference)
            // If an endpoint has no manifest with a digest, containerd may request a blob.
            assert.deepEqual(found.slice(0, expected.length), expected, `${image.registry} ${reference}`)
          }
        }
      })
    }

    it('sends the requests of each list', () =>
      checkProperty(reachableLists(version, loopback.origins), LISTS, requestsAsListed, ({ text }) => text))
  })
}
