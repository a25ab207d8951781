/** Ranking: clearly better mirrors go first, the others keep their place. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type RankBy, rank } from '../../lib/health/rank.ts'
import type { Probe, ProbeStatus } from '../../lib/model/report.ts'
import { listOf, mirror, registry } from '../support/lists.ts'

interface Measured {
  readonly name: string
  readonly ms?: number
  readonly speed?: number
  readonly status?: ProbeStatus
}

const probeOf = ({ name, ms, speed, status = 'healthy' }: Measured): Probe => ({
  registry: 'docker.io',
  url: `https://${name}/v2`,
  role: 'mirror',
  status,
  depth: 'blob',
  ...(ms !== undefined && { latency_ms: { best: ms, median: ms, worst: ms } }),
  ...(speed !== undefined && { bytes_per_second: speed }),
})

const order = (measured: readonly Measured[], by: RankBy = 'latency', probes = measured.map(probeOf)) => {
  const list = listOf(
    registry(
      'docker.io',
      measured.map(({ name }) => mirror(`https://${name}`)),
    ),
  )
  const ranked = rank(list, probes, by, ['containerd']).registries[0]?.mirrors ?? []
  return ranked.map(({ base }) => base.origin.slice('https://'.length))
}

describe('rank', () => {
  it('puts faster mirrors first', () =>
    assert.deepEqual(
      order([
        { name: 'a', ms: 300 },
        { name: 'b', ms: 30 },
        { name: 'c', ms: 90 },
      ]),
      ['b', 'c', 'a'],
    ))

  it('does not move a mirror that is not clearly faster', () => {
    assert.deepEqual(
      order([
        { name: 'a', ms: 100 },
        { name: 'b', ms: 85 },
      ]),
      ['a', 'b'],
      'less than a fifth',
    )
    assert.deepEqual(
      order([
        { name: 'a', ms: 12 },
        { name: 'b', ms: 4 },
      ]),
      ['a', 'b'],
      'less than 10 ms',
    )
  })

  it('puts degraded mirrors after healthy ones, however fast they are', () => {
    const all: Measured[] = [
      { name: 'unhealthy', status: 'unhealthy' },
      { name: 'degraded', ms: 1, status: 'degraded' },
      { name: 'unknown', status: 'unknown' },
      { name: 'healthy', ms: 400 },
    ]
    assert.deepEqual(order(all), ['healthy', 'degraded', 'unhealthy', 'unknown'])
  })

  it('ranks by throughput', () =>
    assert.deepEqual(
      order(
        [
          { name: 'a', speed: 1e6 },
          { name: 'b', speed: 1.1e6 },
          { name: 'c', speed: 9e6 },
        ],
        'throughput',
      ),
      ['c', 'a', 'b'],
    ))

  it('does not move a mirror without a measurement', () =>
    assert.deepEqual(order([{ name: 'a' }, { name: 'b', ms: 5 }], 'latency', []), ['a', 'b']))

  it('keeps every mirror, and ranks the result in the same order', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.record({
            name: fc.integer({ min: 0, max: 99 }).map(n => `m${n}`),
            ms: fc.integer({ min: 1, max: 500 }),
            speed: fc.integer({ min: 1, max: 1e8 }),
            status: fc.constantFrom<ProbeStatus>('healthy', 'degraded', 'unhealthy', 'unknown'),
          }),
          { selector: ({ name }) => name },
        ),
        fc.constantFrom<RankBy>('latency', 'throughput'),
        (measured, by) => {
          const once = order(measured, by)
          assert.deepEqual(once.toSorted(), measured.map(({ name }) => name).toSorted())
          const again = once.map(name => measured.find(one => one.name === name) as Measured)
          assert.deepEqual(order(again, by), once)
        },
      ),
    ))
})
