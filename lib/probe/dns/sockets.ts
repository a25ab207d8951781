/** Datagram sockets that send nothing: they show the source address for a destination, and whether sockets are left. */
import dgram from 'node:dgram'
import { isIPv6 } from 'node:net'

/** The discard port; the route does not depend on the port. */
const ANY_PORT = 9

/** The address that this node would connect from; undefined: there is no route (net/addrselect.go srcAddrs@go1.24). */
export function findSource(address: string): Promise<string | undefined> {
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
 * Rejects with the system's error if no socket can be opened. c-ares reports that as a refused connection and the C
 * library as an unknown name, although it is neither.
 */
export function assertSocketAvailable(): Promise<void> {
  const socket = dgram.createSocket('udp4')
  return new Promise((done, failed) => {
    socket.once('error', failed)
    socket.bind(0, '127.0.0.1', () => socket.close(() => done()))
  })
}
