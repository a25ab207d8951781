/** When a watcher is ready after its start, and after a request to read the list again. */
import assert from 'node:assert/strict'
import { openReadiness } from '../../lib/watch/host/readiness.ts'

describe('the readiness of a watcher', () => {
  it('is reported once, after the first turn', () => {
    const readiness = openReadiness()
    readiness.beginTurn()
    assert.equal(readiness.endTurn(), true)
    readiness.beginTurn()
    assert.equal(readiness.endTurn(), false)
  })

  it('is requested by the start itself', () => {
    const readiness = openReadiness()
    readiness.beginTurn()
    assert.deepEqual([readiness.request(), readiness.request()], [false, true])
    assert.equal(readiness.endTurn(), false)
    readiness.beginTurn()
    assert.equal(readiness.endTurn(), true)
  })

  it('is reported again after a turn that began after the request', () => {
    const readiness = openReadiness()
    readiness.beginTurn()
    readiness.endTurn()
    readiness.beginTurn()
    assert.equal(readiness.request(), false)
    assert.equal(readiness.endTurn(), false)
    readiness.beginTurn()
    assert.equal(readiness.request(), true)
    assert.equal(readiness.endTurn(), false)
    readiness.beginTurn()
    assert.equal(readiness.endTurn(), true)
    assert.equal(readiness.request(), false)
  })
})
