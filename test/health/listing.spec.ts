/** Which mirrors are written while some are not well: never one that the list does not name, never nobody. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  type HealthFile,
  keyOf,
  knownOf,
  parseHealthFile,
  serializeHealthFile,
} from '../../lib/health/health-file.ts'
import { type Health, initialHealth } from '../../lib/health/mirror-health.ts'
import { selectMirrors } from '../../lib/health/select.ts'
import type { HealthSettings, Registry } from '../../lib/model/registry.ts'
import { HEALTH, listOf, mirror, registry } from '../support/lists.ts'
import { BOOT } from '../support/run.ts'

type Healths = Readonly<Record<string, Health>>

const urlOf = (name: string) => `https://${name}/v2`

/** The names of the mirrors that are written for a registry whose mirrors are called as the keys. */
function written(
  healths: Healths,
  {
    settings = {},
    more = {},
    serverUp,
  }: { settings?: Partial<HealthSettings>; more?: Partial<Registry>; serverUp?: boolean } = {},
  order?: readonly string[],
): string {
  const mirrors = Object.keys(healths).map(name => mirror(`https://${name}`))
  const list = {
    ...listOf({ ...registry('docker.io', mirrors), ...more }),
    health: { ...HEALTH, ...settings },
  }
  const known = {
    health: (_: string, url: string) => healths[new URL(url).host],
    serverUp: () => serverUp,
    order: () => order?.map(urlOf),
  }
  return (selectMirrors(list, known).registries[0]?.mirrors ?? [])
    .map(({ base }) => new URL(base.origin).host)
    .join(' ')
}

describe('what is written', () => {
  it('is the list while all are well, or nothing is known', () => {
    assert.equal(written({ a: 'up', b: 'up' }), 'a b')
    const list = listOf(registry('docker.io', [mirror('https://a')]))
    const nothing = { health: () => undefined, serverUp: () => undefined }
    assert.deepEqual(selectMirrors(list, nothing), list)
  })

  it('leaves out the dead and those that want to be left in peace', () =>
    assert.equal(written({ a: 'down', b: 'up', c: 'limited', d: 'up' }), 'b d'))

  it('has the slow after the others', () => assert.equal(written({ a: 'slow', b: 'up', c: 'up' }), 'b c a'))

  it('has the dead last, or where they are, where the list wants that', () => {
    assert.equal(written({ a: 'down', b: 'up' }, { settings: { onUnhealthy: 'demote' } }), 'b a')
    assert.equal(written({ a: 'down', b: 'up' }, { settings: { onUnhealthy: 'keep' } }), 'a b')
    assert.equal(
      written({ a: 'up', b: 'down', c: 'up' }, { settings: { onUnhealthy: 'keep' } }, ['c', 'b', 'a']),
      'c b a',
    )
  })

  it('is the server alone when no mirror is well and the server answers', () =>
    assert.equal(written({ a: 'down', b: 'limited' }, { serverUp: true }), ''))

  it('is the whole list when nobody answers, or nobody may be asked instead', () => {
    assert.equal(written({ a: 'down', b: 'down' }), 'a b')
    assert.equal(written({ a: 'down', b: 'down' }, { serverUp: false }), 'a b')
    assert.equal(written({ a: 'down' }, { serverUp: true, more: { fallback: false } }), 'a')
    assert.equal(written({ a: 'down' }, { serverUp: true, more: { name: '*', server: undefined } }), 'a')
  })

  it('is the whole list where nobody would be left who may say what a tag means', () => {
    const pullOnly = [mirror('https://a', { capabilities: ['pull'] }), mirror('https://b')]
    const more = { fallback: false, mirrors: pullOnly }
    assert.equal(written({ a: 'up', b: 'down' }, { more }), 'a b')
    assert.equal(written({ a: 'down', b: 'up' }, { more }), 'b')
  })

  it('has the order that was measured, the unmeasured last', () =>
    assert.equal(written({ a: 'up', b: 'up', c: 'up' }, {}, ['c', 'a']), 'c a b'))

  const health = fc.constantFrom<Health>('up', 'slow', 'limited', 'down')
  const some = fc.record({
    healths: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), health, { minKeys: 1 }),
    settings: fc.record({
      onUnhealthy: fc.constantFrom<HealthSettings['onUnhealthy']>('drop', 'demote', 'keep'),
    }),
    fallback: fc.boolean(),
    serverUp: fc.boolean(),
    order: fc.option(fc.shuffledSubarray(['a', 'b', 'c', 'x']), { nil: undefined }),
  })

  it('is never anything that the list does not name, nothing twice, and somebody whom a pull can ask', () =>
    fc.assert(
      fc.property(some, ({ healths, settings, fallback, serverUp, order }) => {
        const got = written(healths, { settings, serverUp, more: { fallback } }, order)
          .split(' ')
          .filter(Boolean)
        assert.equal(new Set(got).size, got.length)
        assert.ok(got.every(name => name in healths))
        if (got.length === 0) assert.ok(fallback && serverUp && settings.onUnhealthy === 'drop')
        const well = Object.keys(healths).filter(name => healths[name] === 'up')
        assert.ok(
          well.every(name => got.includes(name)),
          'who is well is written',
        )
      }),
      { seed: 7, numRuns: 1000 },
    ))
})

describe('what is kept of it', () => {
  const book: HealthFile = {
    written_at: 5,
    stale_at: 10,
    mirrors: {
      [keyOf('docker.io', urlOf('a'))]: {
        ...initialHealth(0, HEALTH, () => 0.5),
        askedAt: 3,
        health: 'down',
      },
    },
    servers: { 'docker.io': true },
    orders: { 'docker.io': [urlOf('a')] },
  }

  it('reads back', () => {
    const text = serializeHealthFile(book, BOOT, 0)
    assert.deepEqual(parseHealthFile(text, BOOT, 5), book)
    assert.equal(JSON.parse(text).written, '1970-01-01T00:00:00.000Z', 'for people')
    const known = knownOf(book)
    assert.equal(known.health('docker.io', urlOf('a')), 'down')
    assert.equal(known.health('quay.io', urlOf('a')), undefined)
    assert.equal(known.serverUp('docker.io'), true)
    assert.deepEqual(known.order?.('docker.io'), [urlOf('a')])
  })

  it('is nothing in another boot, where nobody tells which boot it is, or by a clock that is behind', () => {
    const text = serializeHealthFile(book, BOOT, 0)
    assert.equal(parseHealthFile(text, `${BOOT}0`, 5), undefined)
    assert.equal(parseHealthFile(text, undefined, 5), undefined)
    assert.equal(parseHealthFile(serializeHealthFile(book, undefined, 0), undefined, 5), undefined)
    assert.equal(parseHealthFile(text, BOOT, 4), undefined)
  })

  it('is nothing in the form of the earlier version, whose times were those of the wall clock', () => {
    const { version: _, boot_id: __, ...rest } = JSON.parse(serializeHealthFile(book, BOOT, 0))
    for (const more of [{ version: 1 }, { version: 1, boot_id: BOOT }, { version: 2 }])
      assert.equal(parseHealthFile(JSON.stringify({ ...more, ...rest }), BOOT, 5), undefined)
  })

  const HEAD = `"version":2,"boot_id":"${BOOT}","written_at":1,"stale_at":2,"servers":{},"orders":{}`
  const late = JSON.stringify({ a: { ...initialHealth(2, HEALTH, () => 0.5) } })
  for (const text of [
    '',
    'nonsense',
    '{}',
    '{"version":2}',
    'null',
    '[]',
    `{${HEAD},"mirrors":{"a b":{}}}`,
    `{${HEAD},"mirrors":${late}}`,
  ])
    it(`is nothing where it says ${text || 'nothing'}`, () =>
      assert.equal(parseHealthFile(text, BOOT, 5), undefined))

  it('may hold no mirror at all', () => assert.ok(parseHealthFile(`{${HEAD},"mirrors":{}}`, BOOT, 5)))
})
