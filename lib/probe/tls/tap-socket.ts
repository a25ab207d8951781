/** A stream over a socket that also shows what arrives. */
import type net from 'node:net'
import { Duplex } from 'node:stream'

export function tapSocket(socket: net.Socket, onBytes: (bytes: Buffer) => void): Duplex {
  const stream = new Duplex({
    read: () => {
      socket.resume()
    },
    write: (bytes: Buffer, _encoding, done) => {
      socket.write(bytes, done)
    },
    final: done => {
      socket.end(done)
    },
    destroy: (error, done) => {
      socket.destroy()
      done(error)
    },
  })
  socket.on('data', (bytes: Buffer) => {
    onBytes(bytes)
    if (!stream.push(bytes)) socket.pause()
  })
  socket.on('end', () => stream.push(null))
  socket.on('error', error => stream.destroy(error))
  socket.on('close', () => stream.destroy())
  return stream
}
