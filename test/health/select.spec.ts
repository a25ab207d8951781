/** Which mirrors are written while some are not healthy: never one that the list does not name, and never none. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Health, isUsable } from '../../lib/health/health.ts'
import {
  type HealthFile,
  healthFromFile,
  parseHealthFile,
  serializeHealthFile,
} from '../../lib/health/health-file.ts'
import { initialHealth } from '../../lib/health/mirror-health.ts'
import { toSavedMirror } from '../../lib/health/saved-mirror.ts'
import { keyOf } from '../../lib/health/verdicts.ts'
import type { HealthSettings, Registry } from '../../lib/model/registry.ts'
import { HEALTH, listOf, mirror, registry, selectFor } from '../support/lists.ts'
import { BOOT } from '../support/run.ts'

type Healths = Readonly<Record<string, Health>>

const urlOf = (name: string) => `https://${name}/v2`

interface Given {
  readonly settings?: Partial<HealthSettings>
  readonly more?: Partial<Registry>
  readonly serverHealth?: Health | undefined
}

/** The names of the mirrors that are written for a registry; the keys of `healths` are its mirrors. */
function written(
  healths: Healths,
  { settings = {}, more = {}, serverHealth }: Given = {},
  order?: readonly string[],
): string {
  const mirrors = Object.keys(healths).map(name => mirror(`https://${name}`))
  const list = {
    ...listOf({ ...registry('docker.io', mirrors), ...more }),
    health: { ...HEALTH, ...settings },
  }
  const known = {
    health: (_: string, url: string) => healths[new URL(url).host],
    serverHealth: () => serverHealth,
    order: () => order?.map(urlOf),
  }
  return (selectFor(list, known).registries[0]?.mirrors ?? [])
    .map(({ base }) => new URL(base.origin).host)
    .join(' ')
}

describe('the mirrors that are written', () => {
  it('leaves a registry as it is, the same object, while its mirrors are healthy', () => {
    const list = listOf(registry('docker.io', [mirror('https://a'), mirror('https://b')]))
    const known = (health: Health) => ({ health: () => health, serverHealth: () => undefined })
    assert.equal(selectFor(list, known('healthy')).registries[0], list.registries[0])
    assert.equal(selectFor(list, known('degraded')).registries[0], list.registries[0])
  })

  it('are those of the list while all are healthy, or nothing is known', () => {
    assert.equal(written({ a: 'healthy', b: 'healthy' }), 'a b')
    const list = listOf(registry('docker.io', [mirror('https://a')]))
    const nothing = { health: () => undefined, serverHealth: () => undefined }
    assert.deepEqual(selectFor(list, nothing), list)
  })

  it('do not include unhealthy and rate limited ones', () =>
    assert.equal(written({ a: 'unhealthy', b: 'healthy', c: 'rate_limited', d: 'healthy' }), 'b d'))

  it('have the degraded ones last', () =>
    assert.equal(written({ a: 'degraded', b: 'healthy', c: 'healthy' }), 'b c a'))

  it('have the unhealthy ones last with "demote", and in their place with "keep"', () => {
    assert.equal(written({ a: 'unhealthy', b: 'healthy' }, { settings: { onUnhealthy: 'demote' } }), 'b a')
    assert.equal(written({ a: 'unhealthy', b: 'healthy' }, { settings: { onUnhealthy: 'keep' } }), 'a b')
    assert.equal(
      written({ a: 'healthy', b: 'unhealthy', c: 'healthy' }, { settings: { onUnhealthy: 'keep' } }, [
        'c',
        'b',
        'a',
      ]),
      'c b a',
    )
  })

  it('are none when no mirror is usable and the server is', () =>
    assert.equal(written({ a: 'unhealthy', b: 'rate_limited' }, { serverHealth: 'healthy' }), ''))

  it('are those of the list when no endpoint is usable', () => {
    assert.equal(written({ a: 'unhealthy', b: 'unhealthy' }), 'a b')
    assert.equal(written({ a: 'unhealthy', b: 'unhealthy' }, { serverHealth: 'unhealthy' }), 'a b')
    assert.equal(written({ a: 'unhealthy' }, { serverHealth: 'healthy', more: { fallback: false } }), 'a')
    assert.equal(
      written({ a: 'unhealthy' }, { serverHealth: 'healthy', more: { name: '*', server: undefined } }),
      'a',
    )
  })

  it('are those of the list where otherwise no endpoint could resolve a tag', () => {
    const pullOnly = [mirror('https://a', { capabilities: ['pull'] }), mirror('https://b')]
    const more = { fallback: false, mirrors: pullOnly }
    assert.equal(written({ a: 'healthy', b: 'unhealthy' }, { more }), 'a b')
    assert.equal(written({ a: 'unhealthy', b: 'healthy' }, { more }), 'b')
  })

  it('have the measured order, those without a measurement last', () =>
    assert.equal(written({ a: 'healthy', b: 'healthy', c: 'healthy' }, {}, ['c', 'a']), 'c a b'))

  const health = fc.constantFrom<Health>('healthy', 'degraded', 'rate_limited', 'unhealthy')
  const some = fc.record({
    healths: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), health, { minKeys: 1 }),
    settings: fc.record({
      onUnhealthy: fc.constantFrom<HealthSettings['onUnhealthy']>('drop', 'demote', 'keep'),
    }),
    fallback: fc.boolean(),
    serverHealth: fc.option(health, { nil: undefined }),
    order: fc.option(fc.shuffledSubarray(['a', 'b', 'c', 'x']), { nil: undefined }),
  })

  it('are all in the list, none twice, and leave a pull at least one endpoint', () =>
    fc.assert(
      fc.property(some, ({ healths, settings, fallback, serverHealth, order }) => {
        const got = written(healths, { settings, serverHealth, more: { fallback } }, order)
          .split(' ')
          .filter(Boolean)
        assert.equal(new Set(got).size, got.length)
        assert.ok(got.every(name => name in healths))
        if (got.length === 0) assert.ok(fallback && isUsable(serverHealth) && settings.onUnhealthy === 'drop')
        const healthy = Object.keys(healths).filter(name => healths[name] === 'healthy')
        assert.ok(
          healthy.every(name => got.includes(name)),
          'every healthy mirror is written',
        )
      }),
      { seed: 7, numRuns: 1000 },
    ))
})

describe('health.json', () => {
  const mirrorHealth = {
    ...initialHealth(0, HEALTH, () => 0.5),
    judged: true,
    probedAt: 3,
    health: 'unhealthy' as const,
    trend: { toward: 'healthy' as const, probes: 1 },
  }
  const file: HealthFile = {
    written_at: 5,
    stale_at: 10,
    mirrors: { [keyOf('docker.io', urlOf('a'))]: mirrorHealth },
    servers: { 'docker.io': 'degraded' },
    orders: { 'docker.io': [urlOf('a')] },
    registries: [],
  }

  it('reads back', () => {
    const text = serializeHealthFile(file, BOOT, 0)
    assert.deepEqual(parseHealthFile(text, BOOT, 5), file)
    assert.equal(JSON.parse(text).version, 5)
    assert.equal(JSON.parse(text).written, '1970-01-01T00:00:00.000Z', 'for people')
    const known = healthFromFile(file)('containerd')
    assert.equal(known.health('docker.io', urlOf('a')), 'unhealthy')
    assert.equal(known.health('quay.io', urlOf('a')), undefined)
    assert.equal(known.serverHealth('docker.io'), 'degraded')
    assert.deepEqual(known.order?.('docker.io'), [urlOf('a')])
  })

  it('has keys in snake_case', () => {
    const keys = (value: unknown): string[] =>
      typeof value !== 'object' || value === null
        ? []
        : Object.entries(value).flatMap(([key, inner]) => [key, ...keys(inner)])
    const { mirrors, ...rest } = JSON.parse(serializeHealthFile(file, BOOT, 0))
    const all = [...keys(rest), ...Object.values(mirrors).flatMap(keys)]
    assert.deepEqual(
      all.filter(key => /[A-Z]/.test(key)),
      [],
    )
  })

  it('is ignored in another boot, without a boot id, and from the future', () => {
    const text = serializeHealthFile(file, BOOT, 0)
    assert.equal(parseHealthFile(text, `${BOOT}0`, 5), undefined)
    assert.equal(parseHealthFile(text, undefined, 5), undefined)
    assert.equal(parseHealthFile(serializeHealthFile(file, undefined, 0), undefined, 5), undefined)
    assert.equal(parseHealthFile(text, BOOT, 4), undefined)
  })

  it('is ignored in any other version', () => {
    const { version: _, boot_id: __, ...rest } = JSON.parse(serializeHealthFile(file, BOOT, 0))
    for (const head of [{ version: 1 }, { version: 6, boot_id: BOOT }, { version: 4, boot_id: BOOT }])
      assert.equal(parseHealthFile(JSON.stringify({ ...head, ...rest }), BOOT, 5), undefined)
  })

  const HEAD = `"version":5,"boot_id":"${BOOT}","written_at":1,"stale_at":2,"servers":{},"orders":{}`
  const withMirror = (more: object) =>
    `{${HEAD},"mirrors":${JSON.stringify({ a: { ...toSavedMirror(initialHealth(1, HEALTH, () => 0.5)), ...more } })}}`
  for (const text of [
    '',
    'nonsense',
    '{}',
    '{"version":5}',
    'null',
    '[]',
    `{${HEAD},"mirrors":{"a b":{}}}`,
    withMirror({ since: 2 }),
    withMirror({ probed_at: 2 }),
    withMirror({ latencies_ms: ['x'] }),
    withMirror({ health: 'down' }),
    withMirror({ trend: { toward: 'unhealthy', probes: 0 } }),
    withMirror({ trend: { toward: 'down', probes: 1 } }),
  ])
    it(`is ignored with the text ${text || '""'}`, () =>
      assert.equal(parseHealthFile(text, BOOT, 5), undefined))

  it('is read with a mirror', () => assert.ok(parseHealthFile(withMirror({}), BOOT, 5)))

  it('may have no mirrors', () => assert.ok(parseHealthFile(`{${HEAD},"mirrors":{}}`, BOOT, 5)))
})
