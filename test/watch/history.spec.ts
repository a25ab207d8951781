/** What a watcher's pages show of the last hour survives its restart. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseHistory, pointsOf, serializeHistory } from '../../lib/watch/history.ts'
import { statusOf } from '../../lib/watch/serve/watch-status.ts'
import { listOf, mirror, registry } from '../support/lists.ts'
import { type Manner, simulate } from '../support/simulation.ts'

const MINUTE = 60_000
const KEY = 'docker.io https://a/v2'
/** The wall clock of an earlier watcher when it ended, and that of the next when it starts: of no account to the clock of the loop. */
const ENDED = { monotonic: 30 * MINUTE, wall: Date.UTC(2026, 0, 2, 3, 4, 5) }
const STARTED = { monotonic: 5 * MINUTE, wall: ENDED.wall + 2 * MINUTE }

const list = () => listOf(registry('docker.io', [mirror('https://a')]))

/** Slower with every minute, and not there in the tenth. */
const slowing: Manner = now => {
  const minute = Math.floor(now / MINUTE)
  const ms = 10 + minute
  return minute === 10
    ? { probe: { status: 'unhealthy', reason: 'refused' }, ms: 1 }
    : { probe: { status: 'healthy', latency_ms: { best: ms, median: ms, worst: ms } }, ms }
}
const manners = { 'https://a/v2': slowing }

describe('the history of a watcher', () => {
  it('is kept when it stops, and shown by the next', async () => {
    const first = await simulate({ until: 30 * MINUTE, list, manners })
    const { history } = first
    assert.ok(history)
    const points = pointsOf(history, KEY)
    assert.equal(points.length, 30, 'one a minute')
    assert.equal(points[10]?.ms, undefined)
    assert.equal(points[29]?.ms, 39)
    const file = serializeHistory(history, ENDED)
    const seen = parseHistory(file, STARTED)
    assert.ok(seen)
    const next = await simulate({ until: 1, list, manners, history: seen })
    const [mirror] =
      statusOf(next.memory, STARTED, { version: '1', machine: 'm' }).registries[0]?.mirrors ?? []
    const wall = (at: number) => ENDED.wall - (ENDED.monotonic - at)
    assert.deepEqual(
      mirror?.points,
      points.map(({ at, ms }) => ({ at: wall(at), ms })),
      'at the times by the wall clock',
    )
    const told = next.memory.happenings.map(({ text }) => text.replace(/:.*/, ''))
    assert.deepEqual(told, ['read mirrors.toml', 'docker.io', 'docker.io', 'read mirrors.toml'])
  })

  it('is kept from time to time too: not every watcher is told to stop', async () => {
    let kept = 0
    const keepHistory = () => {
      kept += 1
    }
    await simulate({ until: 120 * MINUTE, list, manners, keepHistory })
    assert.ok(kept >= 10 && kept <= 14, `${kept} times in two hours`)
  })

  it('is not shown before its time, where the wall clock was put back meanwhile', async () => {
    const { history } = await simulate({ until: 30 * MINUTE, list, manners })
    assert.ok(history)
    const back = { monotonic: 0, wall: ENDED.wall - 20 * MINUTE }
    const seen = parseHistory(serializeHistory(history, ENDED), back)
    const points = pointsOf(seen ?? history, KEY)
    assert.ok(points.length >= 9 && points.length <= 11, `${points.length} points`)
    assert.ok(points.every(({ at }) => at <= 0))
  })

  it('comes back as it was, and nothing comes of what is none', () => {
    const LAST = { monotonic: 8.64e15, wall: 8.64e15 }
    const at = fc.integer({ min: 0, max: 8.64e15 })
    const point = fc.tuple(at, fc.option(fc.nat()))
    const history = fc.record({
      happenings: fc.array(fc.record({ at, text: fc.string() })),
      points: fc.dictionary(fc.string(), fc.array(point)),
    })
    fc.assert(
      fc.property(history, value =>
        assert.deepEqual(
          JSON.parse(JSON.stringify(parseHistory(serializeHistory(value, LAST), LAST))),
          JSON.parse(JSON.stringify(value)),
        ),
      ),
    )
    for (const none of [
      '',
      'null',
      '{}',
      '{"version":2,"happenings":[],"points":{}}',
      '{"version":1,"happenings":[{"at":9e15,"text":""}],"points":{}}',
      '{"version":1,"happenings":[],"points":{"a":[["x",1]]}}',
      '{"version":1,"happenings":[],"points":{"a":[[1,"<b>"]]}}',
      '{"version":1,"happenings":[],"points":{"a":[7]}}',
    ])
      assert.equal(parseHistory(none, LAST), undefined, none)
  })
})
