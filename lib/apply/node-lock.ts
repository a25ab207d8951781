/**
 * One writer and one watcher per node, wherever they run: on the machine, or in a container that mounts the state folder.
 *
 * The lock is a ticket, `lock-<number>` or `watch-<number>` in the state folder: a hard link to the unix socket on which
 * its holder listens. Whether the holder is alive is known by connecting, so a crash leaves nothing that must expire, and
 * no process id is trusted. The highest ticket holds the lock. The next number may be taken once that holder is gone,
 * number 1 when there is no ticket, and a link can be created only once.
 *
 * A process must not decide by an old view. A holder that releases first removes the sockets of all waiters (`wait-…`,
 * created before they look), then its ticket. A waiter that decided before that finds its own socket gone when it links,
 * and starts over.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../model/errors.ts'
import type { World } from '../model/world.ts'
import { monotonicMs } from '../system/clocks.ts'
import { failOnErrno } from '../system/errno.ts'
import type { Reader } from '../system/reader.ts'
import type { Writer } from '../system/writer.ts'
import { onOneLine } from '../wording/printable.ts'
import { readHolder, serveHolder } from './holder-socket.ts'
import { lockedBy } from './locked-by.ts'
import { isWaiterName, listTickets, type Purpose, ticketFile, ticketName } from './tickets.ts'

export interface LockRequest {
  readonly purpose: Purpose
  /** The process that requests the lock, and since when: one line that waiting processes show. */
  readonly holder: string
  /** Directories that earlier runs created for the state; they are removed together with the state folder. */
  readonly made: readonly string[]
  readonly timeoutMs: number
  readonly monotonic: World['monotonic']
  readonly signal: AbortSignal
  /** Called once if the lock is taken, with the holder, safe for a terminal; empty when the holder does not respond. */
  readonly onWait: (holder: string) => void
}

interface HeldLock {
  /** Directories that were created for the state, deepest first. */
  readonly made: readonly string[]
  readonly release: () => Promise<void>
}

const POLL_MS = 100

/** Runs `use` while it holds the lock. Throws Failure `locked` when the lock is not free in time. */
export async function withNodeLock<T>(
  node: Writer,
  request: LockRequest,
  use: (made: readonly string[]) => Promise<T>,
): Promise<T> {
  const lock = await acquire(node, withTimeout(request, node))
  try {
    return await use(lock.made)
  } finally {
    await lock.release()
    await removeMade(node, [...request.made].reverse().concat(lock.made))
  }
}

/** Removes the state folder and what was created for it, if nothing is left in them. */
async function removeMade(node: Writer, made: readonly string[]): Promise<void> {
  if (!(await node.prune(node.statePaths.directory))) return
  for (const parent of made) await node.prune(parent)
}

/** Whether a process holds the lock now. */
export async function isLocked(node: Reader, purpose: Purpose = 'lock'): Promise<boolean> {
  return (await findHolder(node, purpose)) !== undefined
}

/** The holder of the lock; empty when it does not respond, undefined when the lock is free. */
export async function findHolder(node: Reader, purpose: Purpose): Promise<string | undefined> {
  const highest = (await listTickets(node, purpose)).at(-1)
  if (highest === undefined) return undefined
  const directory = await node.openDirectory(node.statePaths.directory)
  try {
    return await readHolder(`${directory.path}/${ticketName(purpose, highest)}`)
  } finally {
    await directory.close()
  }
}

/** The same request, whose `onWait` reports the first wait only and throws after the timeout. */
function withTimeout(request: LockRequest, node: Reader): LockRequest {
  const deadline = monotonicMs(request) + request.timeoutMs
  let reported = false
  const onWait = (holder: string) => {
    if (monotonicMs(request) >= deadline || request.signal.aborted)
      throw lockedBy(holder, request.purpose, node.statePaths)
    if (!reported) request.onWait(onOneLine(holder))
    reported = true
  }
  return { ...request, onWait }
}

/** The previous holder may remove the state folder just after it was created here; then it is created again. */
const ATTEMPTS = 5

async function acquire(node: Writer, request: LockRequest): Promise<HeldLock> {
  for (let attempt = 1; ; ) {
    try {
      const { directory } = node.statePaths
      const made = await node.makeDirectory(directory, 0o700)
      // An existing folder may have a wider mode.
      await node.restrictToOwner(directory)
      const lock = await queue(node, request)
      if (lock !== undefined) return { made, ...lock }
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'locked' || attempt === ATTEMPTS) throw error
      attempt += 1
    }
  }
}

/** Listens on a socket of its own and waits for a ticket; undefined when a holder removed that socket meanwhile. */
async function queue(node: Writer, request: LockRequest): Promise<Pick<HeldLock, 'release'> | undefined> {
  const directory = await node.openDirectory(node.statePaths.directory)
  const name = `wait-${randomBytes(6).toString('hex')}`
  let close = async () => {}
  const leave = async () => {
    await close()
    await directory.close()
  }
  try {
    const socket = `${directory.path}/${name}`
    close = await failOnErrno('lock', node.statePaths.directory, () => serveHolder(socket, request.holder))
    const ticket = await takeTicket(node, directory.path, name, request)
    if (ticket !== undefined)
      return { release: () => release(node, directory.path, request, ticket).finally(leave) }
  } catch (error) {
    await leave()
    throw error
  }
  await leave()
  return undefined
}

async function takeTicket(
  node: Writer,
  directory: string,
  name: string,
  request: LockRequest,
): Promise<number | undefined> {
  const { purpose } = request
  for (;;) {
    const highest = (await listTickets(node, purpose)).at(-1) ?? 0
    const holder =
      highest === 0 ? undefined : await readHolder(`${directory}/${ticketName(purpose, highest)}`)
    if (holder !== undefined) {
      request.onWait(holder)
      await sleep(POLL_MS, undefined, { signal: request.signal }).catch(() => {})
      continue
    }
    const linked = await node.link(
      `${node.statePaths.directory}/${name}`,
      ticketFile(purpose, highest + 1, node),
    )
    if (linked === 'gone') return undefined
    if (linked === 'linked' && (await isHighest(node, purpose, highest + 1))) return highest + 1
  }
}

/** Whether no other process took a higher ticket meanwhile. If so, all lower tickets are stale and are removed. */
async function isHighest(node: Writer, purpose: Purpose, own: number): Promise<boolean> {
  const all = await listTickets(node, purpose)
  const higher = all.some(number => number > own)
  for (const number of higher ? [own] : all.filter(number => number < own))
    await node.removeSocket(ticketFile(purpose, number, node))
  return !higher
}

/** A ticket that cannot be removed is stale as soon as its socket is closed. */
async function release(node: Writer, directory: string, request: LockRequest, ticket: number): Promise<void> {
  const { purpose, holder: own } = request
  try {
    // If the state folder was removed meanwhile, another process may hold a ticket of the same number.
    const holder = await readHolder(`${directory}/${ticketName(purpose, ticket)}`)
    if (holder !== undefined && holder !== '' && holder !== own) return
    const { directory: folder } = node.statePaths
    for (const { name } of (await node.entries(folder)) ?? [])
      if (isWaiterName(name)) await node.removeSocket(`${folder}/${name}`)
    await node.removeSocket(ticketFile(purpose, ticket, node))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
  }
}
