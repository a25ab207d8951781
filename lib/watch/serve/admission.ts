/** Takes connections in, as many as a process has descriptors to spare, and no more than one request of each. */
import type { Socket } from 'node:net'
import { type Connection, givingWay, peerOf } from './connection-limit.ts'

/** A descriptor each: far from 1024, which is all that some processes may have. */
const CONNECTIONS = 64
/** No connection lives longer. */
const CONNECTION_MS = 30_000
/** Requests after the first on one connection; they are not answered, and more of them end it. */
const PIPELINED = 8

interface Open extends Connection {
  readonly socket: Socket
  asked: boolean
  requests: number
}

/** Oldest first. */
export type Connections = Map<Socket, Open>

/** Where there are too many, another one gives way. */
export function admit(socket: Socket, open: Connections): void {
  const peer = peerOf(socket.remoteAddress ?? '')
  if (open.size >= CONNECTIONS) forget(givingWay([...open.values()], peer)?.socket, open)
  open.set(socket, { socket, peer, asked: false, requests: 0 })
  const late = setTimeout(() => socket.destroy(), CONNECTION_MS).unref()
  socket.once('close', () => {
    clearTimeout(late)
    open.delete(socket)
  })
}

/** At once, and not only when it is closed: several may come in a moment. */
function forget(socket: Socket | undefined, open: Connections): void {
  if (socket === undefined) return
  open.delete(socket)
  socket.destroy()
}

/** One answer a connection, for it says `Connection: close`: whoever sends on costs memory and gets nothing. */
export function isFirst(socket: Socket, open: Connections): boolean {
  const connection = open.get(socket)
  if (connection === undefined) return false
  connection.asked = true
  connection.requests += 1
  if (connection.requests > 1 + PIPELINED) socket.destroy()
  return connection.requests === 1
}
