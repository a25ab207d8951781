/** Lines for a reader that stops, continues, or leaves. */
import assert from 'node:assert/strict'
import { openLogQueue, QUEUE_BYTES } from '../lib/system/log-queue.ts'

/** An outlet with room for this many bytes; `broken` has no reader. */
function makeOutlet(room: number) {
  const state = { room, broken: false, text: '' }
  const write = (bytes: Buffer) => {
    if (state.broken) throw new Error('EPIPE')
    const taken = Math.min(state.room, bytes.length)
    state.room -= taken
    state.text += bytes.subarray(0, taken).toString('latin1')
    return taken
  }
  return { state, outlet: { write, isPending: () => false } }
}

const droppedLine = (count: number) => `${count} dropped\n`
const LINE = `${'x'.repeat(1023)}\n`
const FITS = QUEUE_BYTES / 1024

describe('a log queue', () => {
  it('writes what fits immediately, and the rest in order', async () => {
    const { state, outlet } = makeOutlet(3)
    const log = openLogQueue(outlet, droppedLine)
    log.write('one\n')
    log.write('two\n')
    assert.equal(state.text, 'one')
    state.room = 100
    await log.flush(10_000)
    assert.equal(state.text, 'one\ntwo\n')
  })

  it('continues by itself once there is room', async () => {
    const { state, outlet } = makeOutlet(0)
    openLogQueue(outlet, droppedLine).write('one\n')
    state.room = 100
    while (state.text !== 'one\n') await new Promise(done => setTimeout(done, 5))
  })

  it('drops lines that do not fit, and reports their number once there is room', async () => {
    const { state, outlet } = makeOutlet(0)
    const log = openLogQueue(outlet, droppedLine)
    for (let i = 0; i < FITS + 7; i += 1) log.write(LINE)
    state.room = QUEUE_BYTES / 2
    log.write('also dropped, because the report must come before newer lines\n')
    state.room = Number.POSITIVE_INFINITY
    await log.flush(10_000)
    log.write('last\n')
    const lines = state.text.split('\n')
    assert.equal(lines.filter(line => `${line}\n` === LINE).length, FITS)
    assert.deepEqual(lines.slice(FITS), ['8 dropped', 'last', ''])
  })

  it('accepts a line that is longer than the queue if the queue is empty', () => {
    const { state, outlet } = makeOutlet(Number.POSITIVE_INFINITY)
    openLogQueue(outlet, droppedLine).write(`${'x'.repeat(QUEUE_BYTES)}\n`)
    assert.equal(state.text.length, QUEUE_BYTES + 1)
  })

  it('counts lines that a reader did not read before it left, and reports them to the next reader', () => {
    const { state, outlet } = makeOutlet(0)
    const log = openLogQueue(outlet, droppedLine)
    log.write('one\n')
    state.broken = true
    log.write('two\n')
    log.write('three\n')
    Object.assign(state, { broken: false, room: 100 })
    log.write('four\n')
    assert.equal(state.text, '3 dropped\nfour\n')
  })

  it('stops waiting for a reader after the given time', async () => {
    const { state, outlet } = makeOutlet(0)
    const log = openLogQueue(outlet, droppedLine)
    log.write('one\n')
    await log.flush(1)
    assert.equal(state.text, '')
  })
})
