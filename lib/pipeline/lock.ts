/** The locks of a node: one process writes to it, and one watches it. */
import path from 'node:path'
import { findHolder, type LockRequest, withNodeLock } from '../apply/node-lock.ts'
import { recover } from '../apply/recover.ts'
import { noteMoment } from '../apply/write-time.ts'
import { milliseconds } from '../model/duration.ts'
import { Failure } from '../model/errors.ts'
import type { Notice } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { readState } from '../ownership/state.ts'
import { refuseForeignState } from '../ownership/state-trust.ts'
import { monotonicMs } from '../system/clocks.ts'
import { readStamp } from '../system/read-disk.ts'
import type { Reader } from '../system/reader.ts'
import type { Writer } from '../system/writer.ts'
import { systemctl } from '../wording/systemctl.ts'
import { openRecoveryActivator } from './activator.ts'
import { openMachine } from './open.ts'
import { recoveryNotices } from './recovery-notices.ts'
import type { WriteAccess } from './write-access.ts'

/**
 * Runs `use` as the only writer of the node, after what an interrupted run left is finished or undone. `use` is given
 * the directories that were made for the state.
 */
export async function withWriteLock<T>(
  access: WriteAccess,
  use: (made: readonly string[]) => Promise<T>,
): Promise<{ result: T; notices: readonly Notice[] }> {
  const { node, options, world } = access
  return await withNodeLock(node, await writeLockRequest(access), async made => {
    // Again: until the lock was taken, another user could put a file there.
    await refuseForeignState(node, world.uid)
    const recovery = await recover(node, activations => openRecoveryActivator(access, activations))
    if (recovery?.outcome === 'finished' && recovery.journal.activations === undefined)
      await noteMoment(recovery.journal, node, openMachine(options, world)?.bootClock)
    return { result: await use(made), notices: recovery ? recoveryNotices(recovery, node) : [] }
  })
}

async function writeLockRequest({ command, node, options, world, log }: WriteAccess): Promise<LockRequest> {
  const { made } = await readState(node)
  const write = log ?? (line => world.stderr.write(`${line}\n`))
  return {
    purpose: 'lock',
    made,
    holder: holderName(command, world),
    timeoutMs: milliseconds(options.lockTimeout),
    signal: world.signal,
    monotonic: world.monotonic,
    onWait: holder =>
      void write(`waiting up to ${options.lockTimeout} for ${holder || 'another regmirror process'}`),
  }
}

/** How long a process that only removes stale tickets may hold the lock of watchers. */
const SWEEP_MS = 2000

/** For the only watcher of the node, or for a command that no watcher may run beside. */
export async function watchLockRequest(command: string, node: Writer, world: World): Promise<LockRequest> {
  const { made } = await readState(node)
  const holder = holderName(command, world)
  return {
    purpose: 'watch',
    holder,
    made,
    timeoutMs: SWEEP_MS,
    signal: world.signal,
    monotonic: world.monotonic,
    onWait: () => {},
  }
}

/** The name of a holder, as processes that wait for it show it. */
function holderName(command: string, { pid, machine, now }: World): string {
  return `regmirror ${command} (process ${pid} on ${machine}, since ${new Date(now()).toISOString()})`
}

/** A state folder that looks unchanged is trusted for that long: a change within one tick of its clock shows no difference. */
const TRUSTED_MS = 60_000

/**
 * Returns a check that throws Failure `locked` where this watcher has lost its lock: the state folder was removed, and
 * another watcher or a restore could run now. A ticket is a name in that folder, so the lock is still held while the
 * folder is the same and has not changed: then the check costs one call of the system.
 */
export function openWatchLockCheck(
  node: Reader,
  name: string,
  world: Pick<World, 'monotonic'>,
): () => Promise<void> {
  const readFolder = () => readStamp(path.join(node.root, node.statePaths.directory)).catch(() => undefined)
  let held: { readonly stamp: string; readonly at: number } | undefined
  return async () => {
    const [stamp, now] = [await readFolder(), monotonicMs(world)]
    if (held !== undefined && stamp === held.stamp && now - held.at < TRUSTED_MS) return
    held = undefined
    await assertWatchLock(node, name)
    held = stamp === undefined ? undefined : { stamp, at: now }
  }
}

async function assertWatchLock(node: Reader, name: string): Promise<void> {
  const holder = await findHolder(node, 'watch')
  // An empty name is that of a process too busy to respond, which may be this one.
  if (holder === name || holder === '') return
  const { directory, isUsers } = node.statePaths
  const message = 'the lock of this watcher was removed outside regmirror'
  throw new Failure('locked', [
    {
      file: directory,
      message,
      hint: `restart the watcher: ${systemctl('restart regmirror-watch', isUsers)}`,
    },
  ])
}
