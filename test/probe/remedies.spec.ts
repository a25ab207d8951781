/** Remedies for the server of a registry, which has other keys than a mirror. */
import assert from 'node:assert/strict'
import type { ProbeReason } from '../../lib/model/probe-reason.ts'
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

const SERVER = { role: 'server', url: 'https://registry.test/v2', isTyped: false } as const
const MIRROR = { role: 'mirror', url: 'https://mirror.test/v2', isTyped: false } as const

describe('remedies', () => {
  for (const reason of Object.keys(REASONS) as ProbeReason[])
    it(`names no mirror and no key of a mirror for a server: ${reason}`, () => {
      const text = describeFault({ reason }, SERVER, false)
      assert.doesNotMatch(text, /the mirror\b|remove it from the list|header in the list|the url in the list/)
    })

  for (const reason of Object.keys(REASONS) as ProbeReason[])
    it(`names no key of a list for a URL of the command line: ${reason}`, () => {
      const text = describeFault({ reason }, { ...MIRROR, isTyped: true }, false)
      assert.doesNotMatch(text, /(?:in|from) the list|\[health\]/)
    })

  it('names the key of each role', () => {
    assert.match(describeFault({ reason: 'unauthorized' }, MIRROR, false), /to header in the list$/)
    assert.match(describeFault({ reason: 'unauthorized' }, SERVER, false), /to header of server in the list$/)
  })

  it('uses a remedy of the fault for both roles', () => {
    const fault = { reason: 'unauthorized', todo: 'wait' } as const
    assert.match(describeFault(fault, SERVER, false), /; wait$/)
  })

  it('mentions a new owner only for a name that can have one', () => {
    const urls: Readonly<Record<string, boolean>> = {
      'https://mirror.test/v2/hub': true,
      'https://localhost.test/v2': true,
      'http://127.0.0.1:5000/v2': false,
      'http://10.0.0.1/v2': false,
      'https://[fd00::1]:5000/v2': false,
      'http://localhost:5000/v2': false,
      'http://registry.localhost/v2': false,
    }
    for (const [url, expected] of Object.entries(urls))
      for (const role of ['mirror', 'server'] as const) {
        const text = describeFault({ reason: 'not_a_registry' }, { role, url, isTyped: false }, false)
        assert.match(text, expected ? /; check its URL: the name may have a new owner$/ : /; check its URL$/)
      }
  })
})
