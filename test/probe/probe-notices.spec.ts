/** Notices about what a probe has found. */
import assert from 'node:assert/strict'
import type { Probe } from '../../lib/model/report.ts'
import { probeNotices } from '../../lib/pipeline/probe-notices.ts'
import { HEALTH, mirror, registry } from '../support/lists.ts'

const ORIGIN = 'https://mirror.example'

/** Notices about a mirror that responds with 401, with these headers in the list. */
function noticesOf(header: Readonly<Record<string, string>>, more: Partial<Probe> = {}) {
  const registries = [registry('docker.io', [mirror(ORIGIN, { header })])]
  const found = { registry: 'docker.io', url: `${ORIGIN}/v2`, role: 'mirror', challenges: true } as const
  const probe: Probe = { ...found, status: 'healthy', depth: 'manifest', ...more }
  return probeNotices({ registries, health: HEALTH, targets: {} }, [probe]).map(({ code, message }) => [
    code,
    message,
  ])
}

const SECRETS = 'sends it the pull secrets for docker.io'

describe('notices about credentials', () => {
  it('say that a runtime sends pull secrets to a mirror that requires credentials', () =>
    assert.deepEqual(noticesOf({ 'X-Key': 'x' }), [
      ['offered_pull_secrets', `requires credentials (401): a runtime ${SECRETS}`],
    ]))

  it('say that the Authorization header in the list does not prevent that, if the mirror responds with 401 to it', () => {
    const message = `responds with 401 to the Authorization header in the list: a runtime then ${SECRETS}`
    const refused = noticesOf({ authorization: 'Basic planted' }, { status: 'unhealthy' })
    assert.deepEqual(refused, [['offered_pull_secrets', message]])
  })

  it('say that a healthy ping does not show whether the header is accepted', () => {
    const header = { Authorization: 'Basic planted' }
    const [[code, message] = []] = noticesOf(header, { depth: 'ping' })
    assert.equal(code, 'header_unverified')
    assert.match(message ?? '', /the Authorization header in the list; add --depth manifest$/)
    assert.doesNotMatch(message ?? '', /planted/)
    assert.deepEqual(noticesOf(header, { depth: 'ping', challenges: false }), [])
  })
})
