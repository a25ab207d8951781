/** The health of a registry agrees with a model of containerd, whatever its mirrors may do and whatever is known of them. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  dependsOnServer,
  judgeRegistry,
  type KnownHealth,
  passesCheck,
} from '../../lib/health/availability.ts'
import type { Health } from '../../lib/health/health.ts'
import { mayBeNetwork } from '../../lib/health/network-cause.ts'
import { baseUrl, type Capability, type HealthSettings, type Registry } from '../../lib/model/registry.ts'
import { HEALTH, listOf, mirror, registry, selectFor } from '../support/lists.ts'
import { type Host, type Outcome, outcomeOf, pulls, SERVER, worldsOf } from '../support/pull-model.ts'

interface Case {
  readonly registry: Registry
  readonly known: KnownHealth
  /** As the model sees them, by url; the server has none. */
  readonly hosts: ReadonlyMap<string, Host>
}

const capabilities = fc.constantFrom<readonly Capability[]>(
  ['pull'],
  ['pull', 'resolve'],
  ['resolve', 'pull', 'push'],
  ['resolve'],
  ['push'],
)
const health = fc.constantFrom<Health | undefined>(
  'healthy',
  'degraded',
  'rate_limited',
  'unhealthy',
  undefined,
)

/** Where it may resolve tags, it is not known whether containerd can use the tag. */
const wrong = fc.constant({ capabilities: ['pull'] as const, health: 'unhealthy' as const, isWrong: true })

const cases = fc
  .record({
    name: fc.constantFrom('docker.io', '*'),
    mirrors: fc.array(fc.oneof({ weight: 7, arbitrary: fc.record({ capabilities, health }) }, wrong), {
      maxLength: 4,
    }),
    server: health,
    fallback: fc.boolean(),
  })
  .map(({ name, mirrors, server, fallback }): Case => {
    const named = mirrors.map((one, i) => ({
      ...one,
      mirror: mirror(`https://m${i}`, { capabilities: one.capabilities }),
    }))
    const healthOf = new Map(named.map(one => [baseUrl(one.mirror.base), one.health]))
    const hosts = named.map((one): [string, Host] => [
      baseUrl(one.mirror.base),
      { capabilities: one.capabilities, works: worksWith(one.health), isWrong: 'isWrong' in one },
    ])
    const last: Host = { capabilities: SERVER, works: name === '*' ? undefined : worksWith(server) }
    return {
      registry: registry(
        name,
        named.map(one => one.mirror),
        { fallback },
      ),
      known: {
        health: (_, url) => healthOf.get(url),
        serverHealth: () => server,
        servesWrongContent: (_, url) => new Map(hosts).get(url)?.isWrong === true,
      },
      hosts: new Map([...hosts, ...(fallback ? [['', last] as const] : [])]),
    }
  })

function worksWith(known: Health | undefined): boolean | undefined {
  return known && (known === 'healthy' || known === 'degraded')
}

function check<T>(some: fc.Arbitrary<T>, property: (value: T) => void): void {
  fc.assert(fc.property(some, property), { seed: 7, numRuns: 1000 })
}

const EXPECTED: Readonly<Record<Outcome, string>> = {
  'tag and digest': 'healthy',
  'digest only': 'degraded no_resolver',
  nothing: 'unhealthy',
  depends: 'unknown',
}

describe('the health of a registry', () => {
  it('agrees with a model of the hosts that containerd tries', () =>
    check(cases, ({ registry: one, known, hosts }) => {
      const { status, reason, detail } = judgeRegistry(one, known)
      assert.equal([status, reason].filter(Boolean).join(' '), EXPECTED[outcomeOf([...hosts.values()])])
      assert.equal(detail === undefined, status === 'healthy')
    }))

  it('is in the words of its endpoints', () => {
    const detailOf = (more: Partial<Registry>, mirrors: Health | undefined, server?: Health) =>
      judgeRegistry(
        { ...registry('docker.io', [mirror('https://m', { capabilities: ['pull'] })]), ...more },
        { health: () => mirrors, serverHealth: () => server },
      ).detail
    const resolving = [mirror('https://m')]
    assert.equal(
      detailOf({}, 'healthy', 'unhealthy'),
      'no healthy endpoint may resolve tags: pulls by tag fail, pulls by digest work',
    )
    assert.equal(detailOf({}, 'unhealthy', 'rate_limited'), 'no mirror and no server is healthy')
    assert.equal(
      detailOf({ fallback: false, mirrors: resolving }, 'unhealthy'),
      'no mirror is healthy, and there is no server to fall back to',
    )
    assert.equal(
      detailOf({}, 'healthy'),
      'no healthy mirror may resolve tags, and the health of the server is unknown',
    )
    assert.equal(
      detailOf({}, undefined),
      'no mirror is known to be healthy, and the health of the server is unknown',
    )
    assert.equal(detailOf({}, 'unhealthy'), 'no mirror is healthy, and the health of the server is unknown')
    assert.equal(
      detailOf({ name: '*' }, 'healthy'),
      'no healthy mirror may resolve tags, and regmirror does not probe the servers of the other registries',
    )
    assert.equal(
      detailOf({ mirrors: resolving }, undefined),
      'no endpoint that may resolve tags is known to be healthy',
    )
    const unprobed = { health: () => undefined, serverHealth: () => undefined, isProbed: () => false }
    assert.deepEqual(
      [resolving, [mirror('https://m', { capabilities: ['pull'] })]].map(
        mirrors => judgeRegistry(registry('docker.io', mirrors), unprobed).detail,
      ),
      [
        'its mirrors are not probed yet',
        'its mirrors are not probed yet, and the health of the server is unknown',
      ],
    )
    const corrupt = registry('docker.io', [mirror('https://m'), mirror('https://n')])
    assert.equal(
      judgeRegistry(corrupt, {
        health: (_, url) => (url === 'https://m/v2' ? 'unhealthy' : 'healthy'),
        serverHealth: () => 'healthy',
        servesWrongContent: (_, url) => url === 'https://m/v2',
      }).detail,
      'containerd gets wrong content from https://m, and then tries no other endpoint; remove that mirror from the list',
    )
    assert.equal(detailOf({ mirrors: [] }, undefined), 'the health of the server is unknown')
  })

  it('depends on the server where no mirror resolves tags', () =>
    check(cases, ({ registry: one, known, hosts }) => {
      const mirrors = [...hosts].flatMap(([url, host]) => (url === '' ? [] : [{ ...host, isWrong: false }]))
      const isNeeded = one.name !== '*' && one.fallback && mirrors.length > 0
      assert.equal(dependsOnServer(one, known), isNeeded && outcomeOf(mirrors) !== 'tag and digest')
    }))

  it('passes a check where a pull by tag works, or may work at an endpoint that no probe can reach', () =>
    check(cases, ({ registry: one, known, hosts }) => {
      const all = [...hosts.values()]
      const outcome = outcomeOf(all)
      const serves = worldsOf(all).every(world => pulls(world, ['pull']))
      assert.equal(passesCheck(one, known), outcome === 'tag and digest' || (outcome === 'depends' && serves))
    }))
})

describe('the mirrors that are written, in the model of containerd', () => {
  const settings = fc.constantFrom<HealthSettings['onUnhealthy']>('drop', 'demote', 'keep')

  it('serve every pull that those of the list serve', () =>
    check(fc.tuple(cases, settings), ([{ registry: one, known, hosts }, onUnhealthy]) => {
      const list = { ...listOf(one), health: { ...HEALTH, onUnhealthy } }
      const written = selectFor(list, known).registries[0]?.mirrors.map(({ base }) => baseUrl(base)) ?? []
      for (const world of worldsOf([...hosts.values()])) {
        const urls = [...hosts.keys()]
        const left = world.filter((_, i) => urls[i] === '' || written.includes(urls[i] ?? ''))
        for (const needed of [['pull'], ['pull', 'resolve']] as const)
          assert.ok(pulls(left, needed) || !pulls(world, needed), `${written} ${needed}`)
      }
    }))

  it('include one that may resolve tags where there is no fallback', () =>
    check(fc.tuple(cases, settings), ([{ registry: one, known, hosts }, onUnhealthy]) => {
      const resolves = (urls: readonly string[]) =>
        urls.some(url =>
          ['pull', 'resolve'].every(need => hosts.get(url)?.capabilities.includes(need as Capability)),
        )
      if (one.fallback || !resolves([...hosts.keys()])) return
      const list = { ...listOf(one), health: { ...HEALTH, onUnhealthy } }
      const written = selectFor(list, known).registries[0]?.mirrors.map(({ base }) => baseUrl(base)) ?? []
      assert.ok(resolves(written))
    }))

  it('keep one that may resolve tags, behind the others, while no other endpoint does', () => {
    const pullOnly = mirror('https://a', { capabilities: ['pull'] })
    const list = listOf(registry('docker.io', [mirror('https://b'), pullOnly]))
    const writtenWith = (server: Health | undefined) =>
      selectFor(list, {
        health: (_, url) => (url === 'https://a/v2' ? 'healthy' : 'unhealthy'),
        serverHealth: () => server,
      }).registries[0]?.mirrors.map(({ base }) => base.origin)
    assert.deepEqual(writtenWith('unhealthy'), ['https://a', 'https://b'])
    assert.deepEqual(writtenWith(undefined), ['https://a', 'https://b'])
    assert.deepEqual(writtenWith('healthy'), ['https://a'])
  })
})

describe('the network of this node', () => {
  it('is suspected only where no endpoint has responded', () => {
    assert.equal(mayBeNetwork(['refused', 'connect_timeout', 'dns', 'reset', 'no_response']), true)
    assert.equal(mayBeNetwork(['refused', 'unauthorized']), false)
    assert.equal(mayBeNetwork(['rate_limited']), false)
    assert.equal(mayBeNetwork([undefined]), false)
  })
})
