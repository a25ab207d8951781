/** What the status page shows of the last hour survives a restart of the watcher. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { allSamples, parseHistory, serializeHistory } from '../../lib/watch/history.ts'
import { buildStatus } from '../../lib/watch/serve/build-status.ts'
import { listOf, mirror, registry } from '../support/lists.ts'
import { type Behaviour, simulate } from '../support/simulation.ts'

const MINUTE = 60_000
const KEY = 'docker.io https://a/v2'
/** The clocks when the previous watcher ended, and when the next one starts. */
const ENDED = { monotonic: 30 * MINUTE, wall: Date.UTC(2026, 0, 2, 3, 4, 5) }
const STARTED = { monotonic: 5 * MINUTE, wall: ENDED.wall + 2 * MINUTE }

const list = () => listOf(registry('docker.io', [mirror('https://a')]))

/** Slower every minute, and unhealthy in the tenth. */
const slowing: Behaviour = now => {
  const minute = Math.floor(now / MINUTE)
  const ms = 10 + minute
  return minute === 10
    ? { probe: { status: 'unhealthy', reason: 'refused' }, ms: 1 }
    : { probe: { status: 'healthy', latency_ms: { best: ms, median: ms, worst: ms } }, ms }
}
const behaviours = { 'https://a/v2': slowing }

describe('the history of a watcher', () => {
  it('is saved when the watcher stops, and shown by the next one', async () => {
    const first = await simulate({ until: 30 * MINUTE, list, behaviours })
    const { history } = first
    assert.ok(history)
    const samples = new Map(allSamples(history)).get(KEY) ?? []
    assert.equal(samples.length, 30, 'one a minute')
    assert.equal(samples[10]?.ms, undefined)
    assert.equal(samples[29]?.ms, 39)
    const file = serializeHistory(history, ENDED)
    const saved = parseHistory(file, STARTED)
    assert.ok(saved)
    const next = await simulate({ until: 1, list, behaviours, history: saved })
    const [mirror] =
      buildStatus(next.memory, STARTED, { version: '1', machine: 'm' }).registries[0]?.mirrors ?? []
    const wall = (at: number) => ENDED.wall - (ENDED.monotonic - at)
    assert.deepEqual(
      mirror?.samples,
      samples.map(({ at, ms }) => ({ at: wall(at), ms })),
      'times are those of the wall clock',
    )
    const events = next.memory.recentEvents.map(({ text }) => text.replace(/:.*/, ''))
    assert.deepEqual(events, ['read mirrors.toml', 'docker.io', 'docker.io', 'read mirrors.toml'])
  })

  it('is also saved from time to time: not every watcher stops by itself', async () => {
    let saves = 0
    const saveHistory = () => {
      saves += 1
    }
    await simulate({ until: 120 * MINUTE, list, behaviours, saveHistory })
    assert.ok(saves >= 10 && saves <= 14, `${saves} times in two hours`)
  })

  it('leaves out the future, where the wall clock was set back meanwhile', async () => {
    const { history } = await simulate({ until: 30 * MINUTE, list, behaviours })
    assert.ok(history)
    const back = { monotonic: 0, wall: ENDED.wall - 20 * MINUTE }
    const saved = parseHistory(serializeHistory(history, ENDED), back)
    const samples = new Map(allSamples(saved ?? history)).get(KEY) ?? []
    assert.ok(samples.length >= 9 && samples.length <= 11, `${samples.length} samples`)
    assert.ok(samples.every(({ at }) => at <= 0))
  })

  it('reads back, and invalid files are ignored', () => {
    const LAST = { monotonic: 8.64e15, wall: 8.64e15 }
    const at = fc.integer({ min: 0, max: 8.64e15 })
    const sample = fc.tuple(at, fc.option(fc.nat()))
    const history = fc.record({
      events: fc.array(fc.record({ at, text: fc.string() })),
      samples: fc.dictionary(fc.string(), fc.array(sample)),
    })
    fc.assert(
      fc.property(history, value =>
        assert.deepEqual(
          JSON.parse(JSON.stringify(parseHistory(serializeHistory(value, LAST), LAST))),
          JSON.parse(JSON.stringify(value)),
        ),
      ),
    )
    for (const invalid of [
      '',
      'null',
      '{}',
      '{"version":3,"events":[],"samples":{}}',
      '{"version":2,"events":[{"at":9e15,"text":""}],"samples":{}}',
      '{"version":2,"events":[],"samples":{"a":[["x",1]]}}',
      '{"version":2,"events":[],"samples":{"a":[[1,"<b>"]]}}',
      '{"version":2,"events":[],"samples":{"a":[7]}}',
    ])
      assert.equal(parseHistory(invalid, LAST), undefined, invalid)
  })
})
