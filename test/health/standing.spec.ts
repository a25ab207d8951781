/** What a mirror is taken to be, answer by answer, with a clock and dice of the test's own. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  type Health,
  healthAfter,
  initialHealth,
  type MirrorHealth,
  maxProbesPerHour,
} from '../../lib/health/mirror-health.ts'
import type { HealthSettings } from '../../lib/model/registry.ts'
import type { Probe } from '../../lib/model/report.ts'
import { HEALTH } from '../support/lists.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND
const even = () => 0.5

const answer = (more: Partial<Probe>): Probe => ({
  registry: 'docker.io',
  url: 'https://m.example/v2',
  role: 'mirror',
  status: 'healthy',
  depth: 'ping',
  ...more,
})
const good = answer({ latency_ms: { best: 20, median: 20, worst: 20 } })
const bad = answer({ status: 'unhealthy', reason: 'no_response', detail: 'no' })
const lazy = answer({ latency_ms: { best: 900, median: 900, worst: 900 } })
const limited = (retry_after_s?: number) =>
  answer({
    status: 'degraded',
    reason: 'rate_limited',
    ...(retry_after_s !== undefined && { retry_after_s }),
  })
const nothing = answer({ status: 'unknown' })

/** Asks at the first moment that is allowed, each answer taking no time; the healths and the pauses between. */
function course(answers: readonly Probe[], settings: HealthSettings = HEALTH, from?: MirrorHealth) {
  let standing = from ?? initialHealth(0, settings, even)
  const healths: Health[] = []
  const pauses: number[] = []
  for (const one of answers) {
    const now = standing.nextAt
    standing = healthAfter(standing, one, now, settings, even)
    healths.push(standing.health)
    pauses.push((standing.nextAt - now) / SECOND)
  }
  return { healths, pauses, standing }
}

describe('a mirror that is watched', () => {
  it('is well before it was asked, and is asked within a second', () => {
    const standing = initialHealth(5000, HEALTH, even)
    assert.equal(standing.health, 'up')
    assert.equal(standing.nextAt, 5500)
  })

  it('is down after two bad answers, the second asked for a second after the first', () => {
    const { healths, pauses } = course([good, bad, bad, bad])
    assert.deepEqual(healths, ['up', 'up', 'down', 'down'])
    assert.deepEqual(pauses.slice(0, 3), [30, 1, 30])
  })

  it('stays what it is after one bad answer among good ones', () =>
    assert.deepEqual(course([bad, good, bad, good, bad]).healths, Array(5).fill('up')))

  it('is up again after two good answers, the second asked for a second after the first', () => {
    const { healths, pauses } = course([bad, bad, good, good, good])
    assert.deepEqual(healths, ['up', 'down', 'down', 'up', 'up'])
    assert.deepEqual(pauses, [1, 30, 1, 30, 30])
  })

  it('is left alone for longer and longer while it is dead, but not for ever', () =>
    assert.deepEqual(course(Array(8).fill(bad)).pauses, [1, 30, 60, 120, 120, 120, 120, 120]))

  it('takes as many answers as rise and fall say', () => {
    const settings = { ...HEALTH, rise: 3, fall: 1 }
    assert.deepEqual(course([bad, good, good, good], settings).healths, ['down', 'down', 'down', 'up'])
  })

  it('is limited at the first 429, for as long as it wants or longer and longer, and well at the first good answer', () => {
    const asked = course([limited(300), limited(7), limited(), limited(), good])
    assert.deepEqual(asked.healths, [...Array(4).fill('limited'), 'up'])
    assert.ok((asked.pauses[0] ?? 0) >= 300 && (asked.pauses[0] ?? 0) < 331)
    assert.ok((asked.pauses[1] ?? 0) >= 30, 'not oftener than the interval')
    assert.ok((asked.pauses[3] ?? 0) > 1.5 * (asked.pauses[2] ?? 0))
    assert.ok((course([limited(1e9)]).pauses[0] ?? 0) <= 1.1 * 3600)
    // Nobody is asked more often for having said 429.
    const seldom = course([limited(), limited(7200)], { ...HEALTH, intervalMs: 6 * HOUR }).pauses
    assert.ok(seldom.every(pause => pause >= 6 * 3600))
  })

  it('is slow after two slow answers where the list says what slow is, and no longer after two that are not', () => {
    const settings = { ...HEALTH, slowAfterMs: 500 }
    assert.deepEqual(course([lazy, lazy, good, good], settings).healths, ['up', 'slow', 'slow', 'up'])
    assert.deepEqual(course([lazy, lazy]).healths, ['up', 'up'])
  })

  it('does not change by an answer that says nothing', () => {
    const { healths, standing } = course([bad, bad, nothing, nothing])
    assert.deepEqual(healths, ['up', 'down', 'down', 'down'])
    assert.equal(standing.health, 'down')
  })

  it('is not taken for more than what the answers in a row have in common', () => {
    const settings = { ...HEALTH, slowAfterMs: 500 }
    const slow = course([lazy, lazy], settings).standing
    const down = course([bad, bad], settings).standing
    const healths = (answers: readonly Probe[], from?: MirrorHealth) =>
      course(answers, settings, from).healths
    assert.deepEqual(healths([lazy, bad, bad, bad]), ['up', 'slow', 'slow', 'down'])
    assert.deepEqual(healths([bad, lazy]), ['up', 'slow'])
    // One is better, the other worse: neither counts for the other.
    assert.deepEqual(healths([good, bad, bad], slow), ['slow', 'slow', 'down'])
    assert.deepEqual(healths([bad, good, good], slow), ['slow', 'slow', 'up'])
    assert.deepEqual(healths([good, lazy, good, good], down), ['down', 'slow', 'slow', 'up'])
  })

  it('keeps its doubts through an answer that says nothing', () => {
    const { healths, standing } = course([bad, nothing, bad])
    assert.deepEqual(healths, ['up', 'up', 'down'])
    assert.equal(course([bad, nothing]).standing.reason, 'no_response')
    assert.equal(standing.reason, 'no_response')
  })

  it('remembers why, and forgets it', () => {
    assert.equal(course([bad]).standing.reason, 'no_response')
    assert.equal(course([bad, good]).standing.reason, undefined)
  })

  const answers = fc.array(fc.constantFrom(good, bad, lazy, limited(), limited(90), nothing), {
    maxLength: 2000,
  })
  const settings = fc.record({
    intervalMs: fc.constantFrom(1000, 5000, 30_000, 300_000),
    rise: fc.integer({ min: 1, max: 4 }),
    fall: fc.integer({ min: 1, max: 4 }),
    slowAfterMs: fc.constantFrom(undefined, 500),
  })

  it('is never asked more often than the plan says, whatever it answers', () =>
    fc.assert(
      fc.property(answers, settings, fc.nat(), (all, some, seed) => {
        const rules = { ...HEALTH, ...some }
        let state = seed
        const dice = () => {
          state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
          return state / 0x7fffffff
        }
        let standing = initialHealth(0, rules, dice)
        const times: number[] = []
        for (const one of all) {
          const now = standing.nextAt
          times.push(now)
          standing = healthAfter(standing, one, now, rules, dice)
          assert.ok(standing.nextAt > now, 'time goes on')
          assert.ok(standing.latenciesMs.length <= 5)
        }
        for (const [i, time] of times.entries()) {
          const within = times.slice(i).findIndex(later => later >= time + HOUR)
          assert.ok((within === -1 ? times.length - i : within) <= maxProbesPerHour(rules))
        }
      }),
      { seed: 7, numRuns: 200 },
    ))

  it('is never said to be asked more often than once a second', () => {
    for (const intervalMs of [1, 1000, 1500]) assert.equal(maxProbesPerHour({ ...HEALTH, intervalMs }), 3600)
    assert.equal(maxProbesPerHour(HEALTH), 264)
  })

  it('changes only when enough answers in a row have said so', () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom(good, bad), { maxLength: 60 }), settings, (all, some) => {
        const rules = { ...HEALTH, ...some }
        const { healths } = course(all, rules)
        for (const [i, health] of healths.entries()) {
          const before = healths[i - 1] ?? 'up'
          if (health === before) continue
          const [wanted, count] = health === 'up' ? [good, rules.rise] : [bad, rules.fall]
          assert.deepEqual(all.slice(i + 1 - count, i + 1), Array(count).fill(wanted))
        }
      }),
      { seed: 7, numRuns: 200 },
    ))
})
