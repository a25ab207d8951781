/** When somebody who waits for a watcher may go on. */
import assert from 'node:assert/strict'
import { openReadiness } from '../../lib/watch/host/readiness.ts'

describe('the readiness of a watcher', () => {
  it('is reached by the first turn, and told once', () => {
    const readiness = openReadiness()
    readiness.looks()
    assert.equal(readiness.reached(), true)
    readiness.looks()
    assert.equal(readiness.reached(), false)
  })

  it('is wanted by nobody else while it is reached for the first time', () => {
    const readiness = openReadiness()
    readiness.looks()
    assert.deepEqual([readiness.wanted(), readiness.wanted()], [false, true])
    assert.equal(readiness.reached(), false)
    readiness.looks()
    assert.equal(readiness.reached(), true)
  })

  it('is reached again by a turn that began after it was wanted again, not by the one under way', () => {
    const readiness = openReadiness()
    readiness.looks()
    readiness.reached()
    readiness.looks()
    assert.equal(readiness.wanted(), false)
    assert.equal(readiness.reached(), false)
    readiness.looks()
    assert.equal(readiness.wanted(), true)
    assert.equal(readiness.reached(), false)
    readiness.looks()
    assert.equal(readiness.reached(), true)
    assert.equal(readiness.wanted(), false)
  })
})
