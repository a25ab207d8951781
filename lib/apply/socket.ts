/** Unix sockets that tell whether a process is alive: the kernel answers, not a file that a crash leaves behind. */
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasErrno } from '../model/errors.ts'
import { isShortage } from '../system/shortage.ts'

/** A name card is short; what is longer is not one. */
const LIMIT = 1024
const PATIENCE_MS = 500

/** Listens at a path and tells everybody who connects the same. Returns how to stop. */
export async function listen(file: string, card: string): Promise<() => Promise<void>> {
  const open = new Set<net.Socket>()
  const server = net.createServer(socket => {
    open.add(socket.on('error', () => {}).on('close', () => open.delete(socket)))
    // Not once the other side has closed too: one that never does would keep a descriptor of ours.
    socket.end(card, () => socket.destroy())
  })
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(file, done)
  })
  // A connection that could not be accepted, for want of descriptors: the lock is held all the same.
  server.on('error', () => {})
  return () =>
    new Promise(done => {
      server.close(() => done())
      // Who has not heard all of it by now has stopped to listen.
      for (const socket of open) socket.destroy()
    })
}

/**
 * What the one who listens there tells; empty where they are too busy to; undefined when nobody listens. Rejects with
 * the system's error where this process cannot open a socket.
 */
export async function ask(file: string): Promise<string | undefined> {
  const socket = net.connect(file)
  let heard = ''
  socket.setEncoding('utf8').on('data', text => {
    heard += text
    if (heard.length > LIMIT) socket.destroy()
  })
  const ended = new Promise<string | undefined>((done, failed) => {
    // Before it is closed. Without a descriptor of our own nothing was found out about them.
    socket.on('error', error =>
      isShortage(error) ? failed(error) : done(isNobody(error) ? undefined : heard.slice(0, LIMIT)),
    )
    socket.on('close', () => done(heard.slice(0, LIMIT)))
  })
  const patience = new AbortController()
  const tired = sleep(PATIENCE_MS, '', { signal: patience.signal }).catch(() => '')
  try {
    return await Promise.race([ended, tired])
  } finally {
    patience.abort()
    socket.destroy()
  }
}

/** Refused is what the kernel says of a socket whose process is gone. */
function isNobody(error: Error): boolean {
  return hasErrno(error) && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT')
}
