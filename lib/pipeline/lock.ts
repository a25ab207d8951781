/** How a command gets to write: alone on the node, and only after what an earlier run has left is done with. */

import { readJournal } from '../apply/journal.ts'
import type { Journal } from '../apply/journal-format.ts'
import { hasLeftovers } from '../apply/leftovers.ts'
import { findHolder, isLocked, type LockRequest, withTicket } from '../apply/lock.ts'
import { listTickets } from '../apply/tickets.ts'
import { type Recovery, recover } from '../apply/transaction.ts'
import { noteMoment } from '../apply/write-time.ts'
import { milliseconds } from '../model/duration.ts'
import { Failure } from '../model/errors.ts'
import type { Notice } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { readState, STATE_DIRECTORY } from '../ownership/state.ts'
import { refuseForeignState } from '../ownership/state-folder.ts'
import type { Reader, Writer } from '../system/files.ts'
import { machineOf, type NodeOptions } from './open.ts'

export interface LockOptions {
  /** A duration. */
  readonly lockTimeout: string
}

type Options = LockOptions & Pick<NodeOptions, 'root'>

type Command = Journal['command'] | 'watch'
/** Tells for whom somebody waits. */
type Say = (text: string) => unknown

/** What a command writes, given the directories that were made for the state. */
type Use<T> = (made: readonly string[]) => Promise<T>

/** Runs `use` alone on the node, and says for whom it has to wait. Gives what came of it, and what was done before: notices. */
export async function withLock<T>(
  command: Command,
  node: Writer,
  options: Options,
  world: World,
  use: Use<T>,
  say: Say = text => world.stderr.write(`${text}\n`),
): Promise<{ result: T; notices: readonly Notice[] }> {
  const { made } = await readState(node)
  const request = {
    purpose: 'lock' as const,
    made,
    holder: holderName(command, world),
    timeoutMs: milliseconds(options.lockTimeout),
    monotonic: world.monotonic,
    signal: world.signal,
    onWait: (holder: string) =>
      void say(`waiting for ${holder || 'another regmirror'}, ${options.lockTimeout} at most`),
  }
  return await withTicket(node, request, async fresh => {
    // Again, now that nobody else can put anything there.
    await refuseForeignState(node, world.uid)
    const recovery = await recover(node)
    if (recovery?.outcome === 'finished')
      await noteMoment(recovery.journal, node, machineOf(options, world)?.bootClock)
    return { result: await use(fresh), notices: recovery ? recoveryNotices(recovery) : [] }
  })
}

/** What others are told of who keeps them waiting. */
function holderName(command: string, { pid, machine, now }: World): string {
  return `regmirror ${command} (process ${pid} on ${machine}, since ${new Date(now()).toISOString()})`
}

/** Does what earlier runs and watchers have left, when they left anything. */
export async function settle(
  command: Journal['command'],
  node: Writer,
  options: Options,
  world: World,
): Promise<readonly Notice[]> {
  await sweepTickets(command, node, world)
  return await finish(command, node, options, world)
}

/** Finishes or undoes what an earlier run has left, when it left anything. */
export async function finish(
  command: Command,
  node: Writer,
  options: Options,
  world: World,
  say?: Say,
): Promise<readonly Notice[]> {
  if (!(await hasLeftovers(node)) || (await isLocked(node))) return []
  return (await withLock(command, node, options, world, async () => {}, say)).notices
}

/** Who takes the lock of watchers removes the tickets of those that are dead. */
async function sweepTickets(command: string, node: Writer, world: World): Promise<void> {
  if ((await listTickets(node, 'watch')).length === 0 || (await isLocked(node, 'watch'))) return
  await withTicket(node, await watchLockRequest(command, node, world), async () => {}).catch(error => {
    // Somebody was quicker.
    if (!(error instanceof Failure) || error.code !== 'locked') throw error
  })
}

/** How long somebody who only sweeps up may be in the way. */
const SWEEP_MS = 2000

/** Whoever wants to be the only one that watches, or that no watcher is at work. */
export async function watchLockRequest(command: string, node: Writer, world: World): Promise<LockRequest> {
  const { made } = await readState(node)
  const { monotonic, signal } = world
  const holder = holderName(command, world)
  return { purpose: 'watch', holder, made, timeoutMs: SWEEP_MS, monotonic, signal, onWait: () => {} }
}

/** Whoever removes the state folder removes our lock: another could watch beside us, or restore. It may be there already. */
export async function assertOurs(node: Reader, expected: string): Promise<void> {
  const holder = await findHolder(node, 'watch')
  // Who is too busy to answer may well be this process.
  if (holder === expected || holder === '') return
  const message = 'somebody has removed the lock of this watcher'
  throw new Failure('locked', [{ file: STATE_DIRECTORY, message, hint: 'start it again' }])
}

/** What to know of an earlier run that did not get to its end, where nothing may be written. */
export async function unfinishedNotices(node: Writer): Promise<readonly Notice[]> {
  const found = await readJournal(node)
  if (found === undefined) return []
  const { command, started_at } = found.journal
  if (await isLocked(node)) {
    const message = `another regmirror is writing to this node: what is said here may be over in a moment`
    return [{ code: 'under_way', message, file: STATE_DIRECTORY }]
  }
  const verb = found.phase === 'committing' ? 'finishes' : 'undoes'
  const message = `regmirror ${command} of ${started_at} was cut off: the next apply or restore ${verb} it first`
  return [{ code: 'unfinished', message, file: STATE_DIRECTORY }]
}

/** Nothing, or that the work is done but for sweeping up. */
export function sweptNotices(swept: boolean): readonly Notice[] {
  if (swept) return []
  const message = 'everything is written, but temporary files could not be removed: the next run does it'
  return [{ code: 'leftovers', message, file: STATE_DIRECTORY }]
}

function recoveryNotices({ journal, outcome, foreign }: Recovery): readonly Notice[] {
  const message = `regmirror ${journal.command} of ${journal.started_at} was cut off: it was ${outcome} first`
  return [
    { code: 'recovered', message, file: STATE_DIRECTORY },
    ...foreign.map(file => ({
      code: 'left_alone',
      message: 'was to be changed by that run, but somebody else has changed it since: it stayed',
      file,
    })),
  ]
}
