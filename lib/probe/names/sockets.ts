/** Datagram sockets that send nothing: which address this node would connect from, and whether it has sockets left. */
import dgram from 'node:dgram'
import { isIPv6 } from 'node:net'

/** The discard port: it says nothing about the route. */
const ANY_PORT = 9

/** The address this node would connect from; undefined: it has no route (net/addrselect.go srcAddrs@go1.24). */
export function sourceFor(address: string): Promise<string | undefined> {
  const socket = dgram.createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  return new Promise(done => {
    const end = (source: string | undefined) => {
      socket.close()
      done(source)
    }
    socket.once('error', () => end(undefined))
    socket.connect(ANY_PORT, address, () => end(socket.address().address))
  })
}

/**
 * Rejects with the system's error where no socket can be opened. c-ares calls that a refused connection, the C library
 * an unknown name; but it says nothing about either.
 */
export function assertSocketsLeft(): Promise<void> {
  const socket = dgram.createSocket('udp4')
  return new Promise((done, failed) => {
    socket.once('error', failed)
    socket.bind(0, '127.0.0.1', () => socket.close(() => done()))
  })
}
