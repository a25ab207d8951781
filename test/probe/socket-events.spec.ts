/** What waits for a socket leaves nothing behind that costs something when the socket is closed. */
import assert from 'node:assert/strict'
import net from 'node:net'
import { waitUntilReady } from '../../lib/probe/connection/socket-events.ts'

describe('waiting for a socket', () => {
  it('listens for its end until it is ready, and no longer', async () => {
    const socket = new net.Socket()
    const before = socket.listenerCount('close')
    const ready = waitUntilReady(socket, 'connect')
    assert.equal(socket.listenerCount('close'), before + 1)
    socket.emit('connect')
    await ready
    assert.equal(socket.listenerCount('close'), before)
  })

  it('fails when it ends before it is ready', async () => {
    const socket = new net.Socket()
    const ready = waitUntilReady(socket, 'connect')
    socket.destroy()
    await assert.rejects(ready, { code: 'ECONNRESET' })
  })
})
