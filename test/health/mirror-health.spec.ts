/** The health of a mirror, probe by probe, with a clock and random numbers of the test. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { Health } from '../../lib/health/health.ts'
import { healthAfter, initialHealth, type MirrorHealth } from '../../lib/health/mirror-health.ts'
import { maxProbesPerHour } from '../../lib/health/probe-schedule.ts'
import type { HealthSettings } from '../../lib/model/registry.ts'
import type { Probe } from '../../lib/model/report.ts'
import { HEALTH } from '../support/lists.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND
const even = () => 0.5

const probe = (more: Partial<Probe>): Probe => ({
  registry: 'docker.io',
  url: 'https://m.example/v2',
  role: 'mirror',
  status: 'healthy',
  depth: 'ping',
  ...more,
})
const good = probe({ latency_ms: { best: 20, median: 20, worst: 20 } })
const failed = probe({ status: 'unhealthy', reason: 'refused', detail: 'no' })
const slow = probe({ latency_ms: { best: 900, median: 900, worst: 900 } })
const limited = (retry_after_s?: number) =>
  probe({
    status: 'degraded',
    reason: 'rate_limited',
    ...(retry_after_s !== undefined && { retry_after_s }),
  })
const unknown = probe({ status: 'unknown' })

/** Probes at the first moment that is allowed, each without taking time; the healths and the waits between. */
function course(probes: readonly Probe[], settings: HealthSettings = HEALTH, from?: MirrorHealth) {
  let state = from ?? initialHealth(0, settings, even)
  const healths: Health[] = []
  const waits: number[] = []
  for (const one of probes) {
    const now = state.nextAt
    state = healthAfter(state, one, now, settings, even)
    healths.push(state.health)
    waits.push((state.nextAt - now) / SECOND)
  }
  return { healths, waits, state }
}

describe('the health of a mirror', () => {
  it('is healthy before the first probe, which is sent within a third of the interval and within 10 s', () => {
    const latest = (intervalMs: number) => initialHealth(5000, { ...HEALTH, intervalMs }, () => 1).nextAt
    assert.equal(initialHealth(5000, HEALTH, even).health, 'healthy')
    assert.deepEqual([3000, 30_000, 300_000].map(latest), [6000, 15_000, 15_000])
  })

  it('is probed at any time of the interval after its first verdict: nodes that start together do not stay together', () => {
    const waitOf = (random: number, ...probes: readonly Probe[]) => {
      let state = initialHealth(0, HEALTH, even)
      for (const one of probes) state = healthAfter(state, one, state.nextAt, HEALTH, () => random)
      return (state.nextAt - (state.probedAt ?? 0)) / SECOND
    }
    for (const probes of [[good], [failed, failed]])
      assert.deepEqual(
        [0, 0.5, 1].map(random => waitOf(random, ...probes)),
        [1, 15, 30],
      )
  })

  it('is probed again over an interval after a Retry-After that names the same moment to all nodes', () => {
    const wait = (random: number, seconds: number) =>
      healthAfter(initialHealth(0, HEALTH, even), limited(seconds), 0, HEALTH, () => random).nextAt / SECOND
    assert.deepEqual([wait(0, 60), wait(1, 60)], [60, 90])
    assert.deepEqual([wait(0, 3600), wait(1, 3600)], [3600, 3960])
  })

  it('is unhealthy after two failed probes, one second apart', () => {
    const { healths, waits } = course([good, failed, failed, failed])
    assert.deepEqual(healths, ['healthy', 'healthy', 'unhealthy', 'unhealthy'])
    assert.deepEqual(waits.slice(0, 3), [15, 1, 30])
  })

  it('does not change after one failed probe among good ones', () =>
    assert.deepEqual(course([failed, good, failed, good, failed]).healths, Array(5).fill('healthy')))

  it('is healthy again after two good probes, one second apart', () => {
    const { healths, waits } = course([failed, failed, good, good, good])
    assert.deepEqual(healths, ['healthy', 'unhealthy', 'unhealthy', 'healthy', 'healthy'])
    assert.deepEqual(waits, [1, 15, 1, 30, 30])
  })

  it('is probed less and less often while unhealthy, up to a limit', () =>
    assert.deepEqual(course(Array(8).fill(failed)).waits, [1, 15, 60, 120, 120, 120, 120, 120]))

  it('is healthy again within the time that the docs name', () => {
    const latest = () => 1
    let state = initialHealth(0, HEALTH, latest)
    for (const one of Array(9).fill(failed)) state = healthAfter(state, one, state.nextAt, HEALTH, latest)
    const failedAt = state.probedAt ?? 0
    for (const one of [good, good]) state = healthAfter(state, one, state.nextAt, HEALTH, latest)
    assert.equal(state.health, 'healthy')
    const seconds = (state.since - failedAt) / SECOND
    const docs = readFileSync(new URL('../../docs/watching.md', import.meta.url), 'utf8')
    assert.ok(
      docs.includes(`returns at most ${Math.floor(seconds / 60)} min ${seconds % 60} s after`),
      `${seconds}`,
    )
  })

  it('changes after as many probes as rise and fall require', () => {
    const settings = { ...HEALTH, rise: 3, fall: 1 }
    assert.deepEqual(course([failed, good, good, good], settings).healths, [
      'unhealthy',
      'unhealthy',
      'unhealthy',
      'healthy',
    ])
  })

  it('is rate limited after the first 429, waits as long as Retry-After or longer and longer, and is healthy after one good probe', () => {
    const { healths, waits } = course([limited(300), limited(7), limited(), limited(), good])
    assert.deepEqual(healths, [...Array(4).fill('rate_limited'), 'healthy'])
    assert.ok((waits[0] ?? 0) >= 300 && (waits[0] ?? 0) < 331)
    assert.ok((waits[1] ?? 0) >= 30, 'not more often than the interval')
    assert.ok((waits[3] ?? 0) > 1.5 * (waits[2] ?? 0))
    assert.ok((course([limited(1e9)]).waits[0] ?? 0) <= 1.1 * 3600)
    // A 429 never makes the probes of a mirror more frequent.
    const seldom = course([limited(), limited(7200)], { ...HEALTH, intervalMs: 6 * HOUR }).waits
    assert.ok(seldom.every(wait => wait >= 6 * 3600))
  })

  it('is degraded after two slow probes where the list sets slow_after, and healthy after two fast ones', () => {
    const settings = { ...HEALTH, slowAfterMs: 500 }
    assert.deepEqual(course([slow, slow, good, good], settings).healths, [
      'healthy',
      'degraded',
      'degraded',
      'healthy',
    ])
    assert.deepEqual(course([slow, slow]).healths, ['healthy', 'healthy'])
    const { reason, detail } = course([slow, slow], settings).state
    assert.equal(reason, 'slow')
    assert.match(detail ?? '', /^responds after 900 ms, and slow_after is 500 ms; list a faster mirror/)
    assert.equal(course([slow, slow, good], settings).state.reason, undefined)
  })

  it('keeps what a probe says of a mirror that is also slow', () => {
    const stale = { ...slow, status: 'degraded', reason: 'stale', detail: 'old' } as const
    const { state } = course([stale], { ...HEALTH, slowAfterMs: 500 })
    assert.deepEqual([state.reason, state.detail], ['stale', 'old'])
  })

  it('does not change after a probe without a verdict', () => {
    const { healths, state } = course([failed, failed, unknown, unknown])
    assert.deepEqual(healths, ['healthy', 'unhealthy', 'unhealthy', 'unhealthy'])
    assert.equal(state.health, 'unhealthy')
  })

  it('changes by the smallest step that all probes in a row show', () => {
    const settings = { ...HEALTH, slowAfterMs: 500 }
    const degraded = course([slow, slow], settings).state
    const unhealthy = course([failed, failed], settings).state
    const healths = (probes: readonly Probe[], from?: MirrorHealth) => course(probes, settings, from).healths
    assert.deepEqual(healths([slow, failed, failed, failed]), [
      'healthy',
      'degraded',
      'degraded',
      'unhealthy',
    ])
    assert.deepEqual(healths([failed, slow]), ['healthy', 'degraded'])
    // One is better, the other worse: they do not count together.
    assert.deepEqual(healths([good, failed, failed], degraded), ['degraded', 'degraded', 'unhealthy'])
    assert.deepEqual(healths([failed, good, good], degraded), ['degraded', 'degraded', 'healthy'])
    assert.deepEqual(healths([good, slow, good, good], unhealthy), [
      'unhealthy',
      'degraded',
      'degraded',
      'healthy',
    ])
  })

  it('keeps a trend through a probe without a verdict', () => {
    const { healths, state } = course([failed, unknown, failed])
    assert.deepEqual(healths, ['healthy', 'healthy', 'unhealthy'])
    assert.deepEqual(course([failed, unknown]).state.trend, { toward: 'unhealthy', probes: 1 })
    assert.equal(course([failed, unknown]).state.reason, 'refused')
    assert.equal(state.reason, 'refused')
  })

  it('has no trend after a change, nor after a probe that confirms it', () => {
    assert.equal(course([failed, failed]).state.trend, undefined)
    assert.equal(course([failed, good]).state.trend, undefined)
  })

  it('has the reason of the latest probe', () => {
    assert.equal(course([failed]).state.reason, 'refused')
    assert.equal(course([failed, good]).state.reason, undefined)
  })

  const probes = fc.array(fc.constantFrom(good, failed, slow, limited(), limited(90), unknown), {
    maxLength: 2000,
  })
  const settings = fc.record({
    intervalMs: fc.constantFrom(1000, 5000, 30_000, 300_000),
    rise: fc.integer({ min: 1, max: 4 }),
    fall: fc.integer({ min: 1, max: 4 }),
    slowAfterMs: fc.constantFrom(undefined, 500),
  })

  it('never takes more probes an hour than plan reports, whatever the responses', () =>
    fc.assert(
      fc.property(probes, settings, fc.nat(), (all, some, firstSeed) => {
        const rules = { ...HEALTH, ...some }
        let seed = firstSeed
        const random = () => {
          seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
          return seed / 0x7fffffff
        }
        let state = initialHealth(0, rules, random)
        const times: number[] = []
        for (const one of all) {
          const now = state.nextAt
          times.push(now)
          state = healthAfter(state, one, now, rules, random)
          assert.ok(state.nextAt > now, 'time advances')
          assert.ok(state.latenciesMs.length <= 5)
        }
        for (const [i, time] of times.entries()) {
          const within = times.slice(i).findIndex(later => later >= time + HOUR)
          assert.ok((within === -1 ? times.length - i : within) <= maxProbesPerHour(rules))
        }
      }),
      { seed: 7, numRuns: 200 },
    ))

  it('never takes more than one probe a second', () => {
    for (const intervalMs of [1, 1000, 1500]) assert.equal(maxProbesPerHour({ ...HEALTH, intervalMs }), 3600)
    assert.equal(maxProbesPerHour(HEALTH), 264)
  })

  it('changes only after enough probes in a row', () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom(good, failed), { maxLength: 60 }), settings, (all, some) => {
        const rules = { ...HEALTH, ...some }
        const { healths } = course(all, rules)
        for (const [i, health] of healths.entries()) {
          const before = healths[i - 1] ?? 'healthy'
          if (health === before) continue
          const [expected, count] = health === 'healthy' ? [good, rules.rise] : [failed, rules.fall]
          assert.deepEqual(all.slice(i + 1 - count, i + 1), Array(count).fill(expected))
        }
      }),
      { seed: 7, numRuns: 200 },
    ))
})
