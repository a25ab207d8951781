/** Admits connections, as many as the process can spare descriptors for, and one request on each. */
import type { Socket } from 'node:net'
import { type Connection, findPeer, selectConnectionToClose } from './connection-limit.ts'

/** One descriptor each: far below 1024, the limit of some processes. */
const CONNECTIONS = 64
/** The longest life of a connection. */
const CONNECTION_MS = 30_000
/** Requests after the first on one connection. They get no response, and more of them close it. */
const PIPELINED = 8

interface Open extends Connection {
  readonly socket: Socket
  requested: boolean
  requests: number
}

/** Oldest first. */
export type Connections = Map<Socket, Open>

/** When there are too many connections, another one is closed. */
export function admit(socket: Socket, open: Connections): void {
  const peer = findPeer(socket.remoteAddress ?? '')
  if (open.size >= CONNECTIONS) drop(selectConnectionToClose([...open.values()], peer)?.socket, open)
  open.set(socket, { socket, peer, requested: false, requests: 0 })
  const deadline = setTimeout(() => socket.destroy(), CONNECTION_MS).unref()
  socket.once('close', () => {
    clearTimeout(deadline)
    open.delete(socket)
  })
}

/** It is not counted from now on: several may come before it is closed. */
function drop(socket: Socket | undefined, open: Connections): void {
  if (socket === undefined) return
  open.delete(socket)
  socket.destroy()
}

/** Only the first request gets a response, which has `Connection: close`. */
export function isFirstRequest(socket: Socket, open: Connections): boolean {
  const connection = open.get(socket)
  if (connection === undefined) return false
  connection.requested = true
  connection.requests += 1
  if (connection.requests > 1 + PIPELINED) socket.destroy()
  return connection.requests === 1
}
