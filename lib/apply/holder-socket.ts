/** A unix socket that names the process that holds a lock. It works only while that process lives. */
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasErrno } from '../model/errors.ts'
import { isShortage } from '../system/shortage.ts'

/** Characters that are read; a longer text is not a holder. */
const LIMIT = 1024
const TIMEOUT_MS = 500

/** Listens at a path and sends `holder` to every client. Returns how to stop. */
export async function serveHolder(file: string, holder: string): Promise<() => Promise<void>> {
  const open = new Set<net.Socket>()
  const server = net.createServer(socket => {
    open.add(socket.on('error', () => {}).on('close', () => open.delete(socket)))
    // Without waiting for the client to close: one that never does would keep a descriptor open.
    socket.end(holder, () => socket.destroy())
  })
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(file, done)
  })
  // A connection may fail for lack of descriptors; the lock is still held.
  server.on('error', () => {})
  return () =>
    new Promise(done => {
      server.close(() => done())
      for (const socket of open) socket.destroy()
    })
}

/**
 * The holder that listens at a path; empty when it does not respond in time, undefined when no process listens. Rejects
 * with the system's error where this process cannot open a socket.
 */
export async function readHolder(file: string): Promise<string | undefined> {
  const socket = net.connect(file)
  let received = ''
  socket.setEncoding('utf8').on('data', text => {
    received += text
    if (received.length > LIMIT) socket.destroy()
  })
  const ended = new Promise<string | undefined>((done, failed) => {
    // Without a descriptor of its own, this process knows nothing about the holder.
    socket.on('error', error =>
      isShortage(error) ? failed(error) : done(isAbsent(error) ? undefined : received.slice(0, LIMIT)),
    )
    socket.on('close', () => done(received.slice(0, LIMIT)))
  })
  const timer = new AbortController()
  const timeout = sleep(TIMEOUT_MS, '', { signal: timer.signal }).catch(() => '')
  try {
    return await Promise.race([ended, timeout])
  } finally {
    timer.abort()
    socket.destroy()
  }
}

/** ECONNREFUSED: the socket exists, but its process is gone. */
function isAbsent(error: Error): boolean {
  return hasErrno(error) && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT')
}
