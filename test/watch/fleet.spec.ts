/** What a fleet sends to its mirror: no event may make all nodes probe at the same time, and keep them together. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { FleetRun } from '../support/fleet.ts'
import { meanOf, peakOf, phaseRow, readFigures, requestsIn } from '../support/fleet-figures.ts'
import { fleetScenarios, MIRROR, type Phase, SERVER } from '../support/fleet-scenarios.ts'

const NODES = 300
/** Nodes of the figures in the document. */
const DOCUMENTED = 10_000
/** With the default interval of 30 s. */
const STEADY = NODES / 30

const document = readFileSync(new URL('../../docs/fleet.md', import.meta.url), 'utf8')

describe('a fleet', function () {
  this.timeout(300_000)
  const measured = new Map<string, { readonly phase: Phase; readonly run: FleetRun }>()

  before(async () => {
    for (const { phases, run } of fleetScenarios(NODES)) {
      const result = await run()
      for (const phase of phases) measured.set(phase.title, { phase, run: result })
    }
  })

  const countsOf = (title: string, url = MIRROR) => {
    const { phase, run } = measured.get(title) ?? assert.fail(title)
    return requestsIn(run, url, phase)
  }
  /** The mean of each ten seconds: single seconds vary by chance. */
  const tenths = (counts: readonly number[]) =>
    Array.from({ length: Math.floor(counts.length / 10) }, (_, i) =>
      meanOf(counts.slice(i * 10, i * 10 + 10)),
    )

  it('probes at a constant rate in steady state, though all nodes started in the same second', () => {
    for (const rate of tenths(countsOf('steady state')))
      assert.ok(rate > 0.6 * STEADY && rate < 1.5 * STEADY, `${rate} of ${STEADY}`)
  })

  it('sends its first probes over 10 s, and a second one to a mirror that fails', () => {
    const starts = tenths(countsOf('all nodes start in the same second'))
    assert.ok((starts[0] ?? 0) <= 1.3 * (NODES / 10), `${starts}`)
    const failing = peakOf(countsOf('all nodes start without the mirror'))
    assert.ok(failing <= 4 * (NODES / 10), `${failing}`)
  })

  it('does not stay together after an upgrade that restarts all watchers in the same second', () => {
    const rates = tenths(countsOf('all watchers restart in the same second'))
    for (const rate of rates) assert.ok(rate < 1.7 * STEADY, `${rates}`)
  })

  it('does not return together when Retry-After names the same moment to all nodes', () => {
    const rates = tenths(countsOf('Retry-After ends at one moment for all nodes'))
    for (const rate of rates) assert.ok(rate < 1.7 * STEADY, `${rates}`)
  })

  it('never sends more than twice the steady rate while a mirror fails and recovers', () => {
    for (const [title, { phase, run }] of measured) {
      if (/ start|Ansible/.test(title)) continue
      for (const url of [MIRROR, SERVER]) {
        const rates = tenths(requestsIn(run, url, phase))
        for (const rate of rates) assert.ok(rate <= 2.5 * STEADY, `${title}, ${url}: ${rates}`)
      }
    }
  })

  it('sends less to a mirror that fails, and to one that responds 429', () => {
    for (const title of ['the same, four minutes later', '429 to every node for a minute'])
      assert.ok(meanOf(countsOf(title)) < 0.6 * STEADY, title)
  })

  it('removes a mirror from every node in the time that the documents name', () => {
    for (const [title, limitS] of [
      ['the mirror refuses connections', 33 + 3],
      ['the mirror does not respond', 33 + 10],
      ['the mirror works again', 133],
    ] as const) {
      const { phase, run } = measured.get(title) ?? assert.fail(title)
      const writes = run.writes.filter(
        ({ at, mirrors }) => at >= phase.from && at < phase.to && mirrors === phase.mirrors,
      )
      assert.equal(new Set(writes.map(({ node }) => node)).size, NODES, title)
      assert.ok(Math.max(...writes.map(({ at }) => at)) - phase.from <= limitS * 1000, title)
    }
  })

  it('has the figures that docs/fleet.md shows for more nodes', () => {
    const rows = readFigures(document)
    const titles = [...measured.keys()]
    assert.deepEqual(
      rows.map(([title]) => title),
      titles,
    )
    for (const [title = '', peak, mean, serverPeak] of rows) {
      // Each of its parts takes longer with more nodes.
      if (title.startsWith('Ansible')) continue
      const { phase, run } = measured.get(title) ?? assert.fail(title)
      const [, ownPeak, ownMean, ownServerPeak] = phaseRow(run, phase)
      const isNear = (documented: string | undefined, own: string | undefined, tolerance: number) =>
        Math.abs((Number(documented) * NODES) / DOCUMENTED - Number(own)) <= tolerance * Number(own) + 3
      assert.ok(isNear(mean, ownMean, 0.25), `${title}: mean ${mean} for ${ownMean}`)
      // Chance makes the peak of few nodes larger.
      for (const [documented, own] of [
        [peak, ownPeak],
        [serverPeak, ownServerPeak],
      ])
        assert.ok(isNear(documented, own, 0.6), `${title}: peak ${documented} for ${own}`)
    }
  })
})
