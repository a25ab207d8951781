/**
 * One writer a node, and one watcher, wherever they run: on the machine, or in a container that mounts the state
 * folder.
 *
 * The lock is a ticket, `lock-<number>` or `watch-<number>` in the state folder: a second name of a unix socket on which its holder
 * listens. Whether the holder lives is asked of the kernel by connecting, so a crash leaves nothing that has to
 * expire, and no process id is believed. The highest ticket rules; the number after it may be taken when it is dead,
 * number one when there is none, and a name can be taken once only.
 *
 * Nobody may act on what they saw long ago: whoever releases first removes the sockets of all who wait (`wait-…`, made
 * before looking), then the ticket. Who has decided before that finds the file gone that they would link, and looks again.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../model/errors.ts'
import { STATE_DIRECTORY } from '../ownership/state.ts'
import { orFail } from '../system/errno.ts'
import type { Reader, Writer } from '../system/files.ts'
import { onOneLine } from '../wording/printable.ts'
import { ask, listen } from './socket.ts'
import { fileOf, isWaiting, type Purpose, ticketFile, tickets } from './tickets.ts'

/** Who wants it, and how long they wait. */
export interface Applicant {
  readonly purpose: Purpose
  /** What others are told: who holds it, since when. One line. */
  readonly card: string
  /** Directories that earlier runs have made for the state: they go with it when nothing of it is left. */
  readonly made: readonly string[]
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Called once when it is held, with the card of the holder, safe for a terminal; empty when they do not answer. */
  readonly onWait: (card: string) => void
}

interface Hold {
  /** Directories that had to be made for the state, deepest first. */
  readonly made: readonly string[]
  readonly release: () => Promise<void>
}

const POLL_MS = 100

/** Runs `use` as the only one who writes to this node, or watches it. Throws Failure `locked` when somebody else goes on for too long. */
export async function alone<T>(
  node: Writer,
  applicant: Applicant,
  use: (made: readonly string[]) => Promise<T>,
): Promise<T> {
  const hold = await acquire(node, waiting(applicant))
  try {
    return await use(hold.made)
  } finally {
    await hold.release()
    await removeMade(node, [...applicant.made].reverse().concat(hold.made))
  }
}

/** Where nothing was written after all, nothing of us stays. */
async function removeMade(node: Writer, made: readonly string[]): Promise<void> {
  if (!(await node.prune(STATE_DIRECTORY))) return
  for (const parent of made) await node.prune(parent)
}

/** Whether somebody writes to the node, or watches it, at this moment. */
export async function isHeld(node: Reader, purpose: Purpose = 'lock'): Promise<boolean> {
  return (await holderOf(node, purpose)) !== undefined
}

/** The card of whoever does; empty when they do not answer, undefined when nobody does. */
export async function holderOf(node: Reader, purpose: Purpose): Promise<string | undefined> {
  const highest = (await tickets(node, purpose)).at(-1)
  if (highest === undefined) return undefined
  const directory = await node.openDirectory(STATE_DIRECTORY)
  try {
    return await ask(`${directory.path}/${fileOf(purpose, highest)}`)
  } finally {
    await directory.close()
  }
}

/** Waits a moment, again and again, until the applicant has had enough. */
function waiting(applicant: Applicant): Applicant {
  const deadline = performance.now() + applicant.timeoutMs
  let told = false
  const onWait = (card: string) => {
    if (performance.now() >= deadline || applicant.signal.aborted) throw held(card, applicant)
    if (!told) applicant.onWait(onOneLine(card))
    told = true
  }
  return { ...applicant, onWait }
}

function held(card: string, { purpose }: Applicant): Failure {
  const who = onOneLine(card) || 'another regmirror'
  const issue =
    purpose === 'watch'
      ? { message: `${who} is watching this node`, hint: 'stop it first' }
      : {
          message: `${who} is writing to this node`,
          hint: 'run it again later, or give --lock-timeout more time',
        }
  return new Failure('locked', [{ file: STATE_DIRECTORY, ...issue }])
}

/** A directory that the last to leave removes between our making it and our use of it is made again. */
const ATTEMPTS = 5

async function acquire(node: Writer, applicant: Applicant): Promise<Hold> {
  for (let attempt = 1; ; ) {
    try {
      const made = await node.makeDirectory(STATE_DIRECTORY, 0o700)
      // One that was there before may be open.
      await node.closeToOthers(STATE_DIRECTORY)
      const hold = await queue(node, applicant)
      if (hold !== undefined) return { made, ...hold }
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'locked' || attempt === ATTEMPTS) throw error
      attempt += 1
    }
  }
}

/** Listens under a name of its own and waits for its turn; undefined when that name was taken away meanwhile. */
async function queue(node: Writer, applicant: Applicant): Promise<Pick<Hold, 'release'> | undefined> {
  const directory = await node.openDirectory(STATE_DIRECTORY)
  const name = `wait-${randomBytes(6).toString('hex')}`
  let close = async () => {}
  const leave = async () => {
    await close()
    await directory.close()
  }
  try {
    close = await orFail('lock', STATE_DIRECTORY, () => listen(`${directory.path}/${name}`, applicant.card))
    const ticket = await draw(node, directory.path, name, applicant)
    if (ticket !== undefined)
      return { release: () => release(node, directory.path, applicant, ticket).finally(leave) }
  } catch (error) {
    await leave()
    throw error
  }
  await leave()
  return undefined
}

async function draw(
  node: Writer,
  directory: string,
  name: string,
  applicant: Applicant,
): Promise<number | undefined> {
  const { purpose } = applicant
  for (;;) {
    const highest = (await tickets(node, purpose)).at(-1) ?? 0
    const card = highest === 0 ? undefined : await ask(`${directory}/${fileOf(purpose, highest)}`)
    if (card !== undefined) {
      applicant.onWait(card)
      await sleep(POLL_MS, undefined, { signal: applicant.signal }).catch(() => {})
      continue
    }
    const linked = await node.link(`${STATE_DIRECTORY}/${name}`, ticketFile(purpose, highest + 1))
    if (linked === 'gone') return undefined
    if (linked === 'linked' && (await isHighest(node, purpose, highest + 1))) return highest + 1
  }
}

/** Whether nobody came in between. Then all lower tickets are of the dead. */
async function isHighest(node: Writer, purpose: Purpose, mine: number): Promise<boolean> {
  const all = await tickets(node, purpose)
  const higher = all.some(number => number > mine)
  for (const number of higher ? [mine] : all.filter(number => number < mine))
    await node.remove(ticketFile(purpose, number))
  return !higher
}

/** What cannot be removed is a ticket of the dead from the moment on that nobody listens. */
async function release(
  node: Writer,
  directory: string,
  { purpose, card }: Applicant,
  ticket: number,
): Promise<void> {
  try {
    // Where somebody has removed the folder, another may have come to a ticket of that number.
    const holder = await ask(`${directory}/${fileOf(purpose, ticket)}`)
    if (holder !== undefined && holder !== '' && holder !== card) return
    for (const { name } of (await node.entries(STATE_DIRECTORY)) ?? [])
      if (isWaiting(name)) await node.remove(`${STATE_DIRECTORY}/${name}`)
    await node.remove(ticketFile(purpose, ticket))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
  }
}
