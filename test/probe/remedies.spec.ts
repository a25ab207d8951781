/** Remedies for the server of a registry, which has other keys than a mirror. */
import assert from 'node:assert/strict'
import type { ProbeReason } from '../../lib/model/report.ts'
import { describeFault } from '../../lib/probe/faults/describe-fault.ts'

/** Reasons that a server can have; what a tag points to is compared with it. */
const REASONS: Readonly<Record<Exclude<ProbeReason, 'stale' | 'divergent'>, true>> = {
  dns: true,
  refused: true,
  reset: true,
  connect_timeout: true,
  no_response: true,
  tls: true,
  certificate_expired: true,
  not_a_registry: true,
  unauthorized: true,
  forbidden: true,
  not_found: true,
  rate_limited: true,
  server_error: true,
  redirect_refused: true,
  wrong_digest: true,
  slow: true,
}

describe('remedies', () => {
  for (const reason of Object.keys(REASONS) as ProbeReason[])
    it(`names no mirror and no key of a mirror for a server: ${reason}`, () => {
      const text = describeFault({ reason }, 'server', false)
      assert.doesNotMatch(text, /the mirror\b|remove it from the list|header in the list|the url in the list/)
    })

  it('names the key of each role', () => {
    assert.match(describeFault({ reason: 'unauthorized' }, 'mirror', false), /to header in the list$/)
    assert.match(
      describeFault({ reason: 'unauthorized' }, 'server', false),
      /to header of server in the list$/,
    )
  })

  it('uses a remedy of the fault for both roles', () => {
    const fault = { reason: 'unauthorized', todo: 'wait' } as const
    assert.match(describeFault(fault, 'server', false), /; wait$/)
  })
})
