/**
 * Random hosts.toml files: as regmirror renders them, as people write them, and broken. The reader in lib and the oracle of
 * the tests are independent of each other and find the same endpoints.
 */
import assert from 'node:assert/strict'
import path from 'node:path'
import TOML from '@iarna/toml'
import fc from 'fast-check'
import type { Capability, Registry } from '../../../lib/model/registry.ts'
import { containerd } from '../../../lib/targets/containerd/containerd.ts'
import type { Snapshot } from '../../../lib/targets/containerd/snapshot.ts'
import type { RegistryDirectory } from '../../../lib/targets/hosts-toml/registry-directory.ts'
import { registryFiles } from '../../../lib/targets/hosts-toml/registry-files.ts'
import type { EffectiveEndpoint, PullRoute } from '../../../lib/targets/pull-route.ts'
import { hostsFiles, PLAIN_URLS } from '../../support/arbitrary/hosts-files.ts'
import { mutated } from '../../support/arbitrary/mutations.ts'
import { checkProperty } from '../../support/check-property.ts'
import { type Endpoint, readHosts } from '../../support/containerd-hosts.ts'
import type { Major } from '../../support/containerd-order.ts'
import { CERTS, hostsOn } from '../../support/containerd-snapshot.ts'
import { mirror, registry } from '../../support/lists.ts'

/** Releases by whose rules the oracle reads. */
const RELEASES: readonly (readonly [version: string, major: Major])[] = [
  ['1.7.34', 1],
  ['2.1.9', 2],
]

interface Case {
  readonly name: string
  readonly text: string
  /** Names of the files in the directory. */
  readonly entries: readonly string[]
}

const names = fc.constantFrom(
  ...['docker.io', 'quay.io', 'registry.example:5000', 'localhost:5000', 'localhost', '127.0.0.1:80'],
)

function casesOf(texts: fc.Arbitrary<string>): fc.Arbitrary<Case> {
  return fc.record({ name: names, text: texts, entries: fc.constant(['hosts.toml']) })
}

const pem = (label: string) =>
  fc.integer({ min: 1, max: 3 }).map(n => ({ path: `/x/${n}`, text: `${label} ${n}` }))
const mirrors = fc.record({
  origin: fc.constantFrom('https://a.example', 'http://b.example:5000', 'https://c.example'),
  base: fc.constantFrom(
    { path: '/v2', form: 'root' } as const,
    { path: '/v2/x', form: 'prefix' } as const,
    { path: '/x/v2', form: 'mounted' } as const,
    { path: '', form: 'exact' } as const,
  ),
  capabilities: fc.subarray<Capability>(['pull', 'resolve', 'push'], { minLength: 1 }),
  dialTimeout: fc.constantFrom('2s', '1.5s'),
  ca: fc.array(pem('ca'), { maxLength: 2 }),
  client: fc.option(fc.record({ cert: pem('cert'), key: pem('key') }), { nil: undefined }),
  skipVerify: fc.boolean(),
  header: fc.dictionary(fc.constantFrom('Authorization', 'X-A', 'x-b'), fc.constantFrom('a', 'b "c"')),
})

/** Registries as a list gives them. */
const registries: fc.Arbitrary<Registry> = fc
  .tuple(
    names,
    fc.uniqueArray(mirrors, { maxLength: 3, selector: ({ origin, base }) => origin + base.path }),
    fc.boolean(),
  )
  .map(([name, list, fallback]) => {
    const all = list.map(({ origin, base, ...more }) =>
      mirror(origin, { ...more, base: { origin, ...base } }),
    )
    return registry(name, all, { fallback: fallback || all.length === 0 })
  })

function rendered(of: Registry): Case {
  const files = registryFiles(of, CERTS, 'immediate')
  return {
    name: of.name,
    text: String(files.at(-1)?.content),
    entries: files.map(file => path.basename(file.path)),
  }
}

/** An endpoint by what both describe. */
interface Described {
  readonly base: string
  readonly capabilities: readonly string[]
  readonly skipVerify: boolean
  readonly header: readonly string[]
  readonly dialTimeout: string | undefined
  readonly ca: readonly string[]
  readonly client: readonly (readonly string[])[]
}

function describeEffective(endpoint: EffectiveEndpoint): Described {
  const { url, plainUrl, capabilities, skipVerify, header, dialTimeout, ca, client } = endpoint
  return {
    base: withoutPort(plainUrl ?? url),
    capabilities: [...capabilities].sort(),
    skipVerify,
    header: [...header].sort(),
    dialTimeout,
    ca: ca.map(file => path.basename(file)),
    client: client.map(({ cert, key = '' }) => [path.basename(cert), path.basename(key)]),
  }
}

function describeOracle(endpoint: Endpoint, major: Major): Described {
  return {
    base: withoutPort(endpoint.base),
    capabilities: [...endpoint.capabilities].sort(),
    skipVerify: endpoint.skipVerify,
    header: Object.keys(endpoint.header).sort(),
    dialTimeout: major === 1 ? undefined : endpoint.dialTimeout,
    ca: endpoint.ca.map(file => path.basename(file)),
    client: endpoint.client.map(pair => pair.map(file => path.basename(file))),
  }
}

/** The oracle drops a port that the scheme implies. */
function withoutPort(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname.replace(/\/$/, '')
}

/** What the oracle reads; undefined where it cannot read the file. */
function readByOracle({ text, name }: Case, major: Major): readonly Described[] | undefined {
  try {
    return readHosts(text, name, [major]).map(endpoint => describeOracle(endpoint, major))
  } catch {
    return undefined
  }
}

/**
 * What the oracle reads otherwise than containerd, and regmirror never writes: capabilities at the root without a server
 * (the registry itself may do everything, hosts.go:134@v2.3.4), addresses with two schemes, a query, an escape or a Unicode
 * line break, and a carriage return without a line feed (2.x refuses it).
 */
function isBeyondOracle({ text }: Case): boolean {
  const odd = /:\/\/[^"'\n]*[?%#\u2028]|["'](?!https?:\/\/)[^"'\n]*:\/\//
  return odd.test(text) || /\r(?!\n)/.test(text) || grantsWithoutServer(text)
}

function grantsWithoutServer(text: string): boolean {
  try {
    const root = TOML.parse(text)
    return 'capabilities' in root && !root.server
  } catch {
    return false
  }
}

const refusal = ({ ignored }: PullRoute) =>
  ignored.find(({ message }) => message.startsWith('containerd ignores this file'))?.message

describe('random hosts.toml', function () {
  this.timeout(0)
  const nodes = new Map<string, Snapshot>()
  before(async () => {
    for (const [version] of RELEASES) nodes.set(version, await hostsOn(version, {}))
  })

  function routeOf(version: string, { name, text, entries }: Case): PullRoute {
    const ownership = { mode: 0o644, uid: 0, gid: 0 }
    const directory: RegistryDirectory = {
      ...{ name, entries },
      hosts: { bytes: Buffer.from(text), ownership, changed: 0 },
    }
    const snapshot = { ...(nodes.get(version) as Snapshot), directories: { [CERTS]: [directory] } }
    const [route, ...others] = containerd.endpoints(snapshot, `${name}/team/app`)
    assert.deepEqual(others, [])
    return route
  }

  it('is read as the oracle reads it, where regmirror has rendered it', async () => {
    const same = async (of: Registry) => {
      for (const [version, major] of RELEASES) {
        const [route, expected] = [routeOf(version, rendered(of)), readByOracle(rendered(of), major)]
        assert.deepEqual(route.endpoints.map(describeEffective), expected, version)
        assert.deepEqual(route.ignored, [])
      }
    }
    await checkProperty(registries, 4000, same, of => rendered(of).text)
  })

  it('is read as the oracle reads it, in every form that TOML has', async () => {
    const same = async (of: Case) => {
      if (isBeyondOracle(of)) return
      for (const [version, major] of RELEASES) {
        const route = routeOf(version, of)
        if (route.unknown === undefined) {
          assert.deepEqual(route.endpoints.map(describeEffective), readByOracle(of, major), version)
        }
      }
    }
    await checkProperty(
      casesOf(hostsFiles({ urls: PLAIN_URLS, wild: false })),
      8000,
      same,
      ({ text }) => text,
    )
  })

  it('is read as the oracle reads it, or refused where that refuses it, after mutations', async () => {
    const same = async (of: Case) => {
      if (isBeyondOracle(of)) return
      for (const [version, major] of RELEASES) {
        const [route, expected] = [routeOf(version, of), readByOracle(of, major)]
        const reason = refusal(route)
        // The oracle does not check the types of values, and accepts more URLs than Go, and a lone carriage return.
        if (route.unknown !== undefined || route.failure !== undefined) continue
        if (route.endpoints.some(({ problem }) => problem !== undefined)) continue
        if (reason !== undefined)
          assert.ok(expected === undefined || / is n(ot|either|o URL)|carriage return/.test(reason), reason)
        else if (expected !== undefined)
          assert.deepEqual(route.endpoints.map(describeEffective), expected, version)
      }
    }
    const texts = mutated(hostsFiles({ urls: PLAIN_URLS, wild: false })).map(String)
    await checkProperty(casesOf(texts), 16_000, same, ({ text }) => text)
  })

  it('has endpoints or a reason why not, and no value of a header is shown, whatever it holds', async () => {
    const isComplete = async (of: Case) => {
      for (const [version] of RELEASES) {
        const route = routeOf(version, of)
        const outcomes = [
          route.endpoints.length > 0,
          route.failure !== undefined,
          route.unknown !== undefined,
        ]
        assert.equal(outcomes.filter(Boolean).length, 1, version)
        assert.doesNotMatch(JSON.stringify(route), /eDp5/)
      }
    }
    const wild = hostsFiles({ urls: PLAIN_URLS, wild: true })
    const texts = fc.oneof(wild, mutated(wild).map(String))
    await checkProperty(casesOf(texts), 8000, isComplete, ({ text }) => text)
  })
})
