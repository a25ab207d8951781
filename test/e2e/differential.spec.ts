/**
 * Random lists on every generation of containerd: whom its own code asks for an image, reading what we wrote, is whom
 * the list names and whom the plan has told, in that order.
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

/** Lists whose plain mirrors on this machine are the ones that listen. */
function audible(version: string, origins: readonly string[]): fc.Arbitrary<Spelled> {
  const ours = (url: string, i: number) =>
    url.replace(/^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?(?=\/|$)/i, origins[i % origins.length] ?? '')
  // A dial that is given up before it has begun is heard by nobody.
  const patient = <T extends { readonly dial_timeout?: string }>(table: T): T =>
    /\dms$/.test(table.dial_timeout ?? '') ? { ...table, dial_timeout: '2s' } : table
  const mirror = (entry: string | WrittenMirror, i: number) =>
    typeof entry === 'string' ? ours(entry, i) : { ...patient(entry), url: ours(entry.url, i) }
  const heard = (list: WrittenList): WrittenList => {
    const tables = Object.entries(list.registries).map(([key, table]) => [
      key,
      { ...table, ...(table.mirrors && { mirrors: table.mirrors.map(mirror) }) },
    ])
    const defaults = list.defaults && { defaults: patient(list.defaults) }
    return { ...list, ...defaults, registries: Object.fromEntries(tables) }
  }
  return spelled(lists(fc.constant({ containerd: { version } })).map(heard))
}

/** The files that a plan would create, by path, from its differences. */
function created({ changes }: PlanReport): ReadonlyMap<string, string> {
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

/** containerd 1 reads no IPv6 address in the place where a mirror stands, so such a list may be refused. */
function hasBrackets({ registries }: WrittenList): boolean {
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

    /** Whom containerd asks for an image, and how it reads what is there. */
    async function asked(
      root: string,
      { registry, repository }: Image,
      reference: string,
    ): Promise<string[]> {
      log.splice(0)
      const name = `${registry}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`
      const said = await fetchObject(tree, path.join(root, CERTS), name, outside.env)
      assert.doesNotMatch(said, /failed to decode|unable to (read|load)|invalid/, said)
      return log.map(decodeURIComponent)
    }

    async function asksAsListed(list: Spelled): Promise<void> {
      await withHome({ node: {}, takeOver: false }, async home => {
        const plan = await command(home, 'plan', list, '--format', 'json')
        const applied = await command(home, 'apply', list)
        if (applied.code === 2 && major === 1 && hasBrackets(list.list)) return
        assert.equal(applied.code, 0, applied.stderr)
        const files = created(JSON.parse(plan.stdout))
        for (const key of Object.keys(list.list.registries)) {
          const image = { registry: key === '*' ? 'nobody.test' : registryName(key), repository: 'team/app' }
          const listed = expectedEndpoints(list.list, key, image.registry, { env: ENV, files: TLS })
          const directory = key === '*' ? '_default' : image.registry
          const planned = readHosts(files.get(`${CERTS}/${directory}/hosts.toml`) ?? '', image.registry, [
            major,
          ])
          for (const reference of REFERENCES) {
            const wanted = requestsFor(reference, listed, image, loopback.origins).map(decodeURIComponent)
            const told = requestsFor(reference, planned, image, loopback.origins).map(decodeURIComponent)
            assert.deepEqual(told, wanted, 'the plan')
            const found = await asked(home.root, image, reference)
            // Who has no manifest of a digest may be asked for a blob of it.
            assert.deepEqual(found.slice(0, wanted.length), wanted, `${image.registry} ${reference}`)
          }
        }
      })
    }

    it('asks whom each list names', () =>
      checkProperty(audible(version, loopback.origins), LISTS, asksAsListed, ({ text }) => text))
  })
}
