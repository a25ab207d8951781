/** The registries that are not healthy, below the table of probes. */
import assert from 'node:assert/strict'
import type { RegistryHealth } from '../../lib/model/registry-health.ts'
import { probeLines } from '../../lib/reporters/probe-lines.ts'

const PAGE = { width: 80, wrapped: false, paint: (_colour: string, text: string) => text }
const DETAIL = 'no mirror and no server is healthy'

const unhealthy = (count: number): readonly RegistryHealth[] =>
  Array.from({ length: count }, (_, i) => ({ registry: `r${i}.test`, status: 'unhealthy', detail: DETAIL }))

const linesOf = (registries: readonly RegistryHealth[]) =>
  probeLines({ probes: [], registries, unhealthy: registries.map(({ registry }) => registry) }, PAGE).slice(1)

describe('registries that are not healthy', () => {
  it('have a line each, up to three for the same reason', () =>
    assert.deepEqual(
      linesOf(unhealthy(3)),
      ['r0', 'r1', 'r2'].map(name => `${name}.test is unhealthy: ${DETAIL}`),
    ))

  it('share a line where a thousand have the same reason', () =>
    assert.deepEqual(
      linesOf([...unhealthy(1000), { registry: 'x.test', status: 'unknown', detail: 'why' }]),
      [`r0.test, r1.test, r2.test and 997 more are unhealthy: ${DETAIL}`, 'x.test is unknown: why'],
    ))
})
