/** Whether a daemon has yet to read a file that it reads when it starts. Pure. */
import type { ManagedFile } from '../ownership/state.ts'
import { type BootClock, TICKS_PER_SECOND } from '../system/boot-clock.ts'

/** The present. */
export interface Clock extends BootClock {
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * Whether a file was written after the daemon was started, `startedAt` ticks after the start of the machine. In the same
 * tick either may have come first: then a restart too many is better than one that is never done. Since another start of
 * the machine every daemon has been started.
 */
export function isPending(
  { written_at, written_after }: ManagedFile,
  startedAt: number,
  clock: Clock,
): boolean {
  if (written_after === undefined || clock.bootId === undefined)
    return isLaterOnTheWall(Date.parse(written_at), startedAt, clock)
  return written_after.boot_id === clock.bootId && written_after.ticks >= startedAt
}

/**
 * By the wall clock, where nothing better was written down. A time that is yet to come was written by a clock that went
 * wrong: it would ask for a restart again and again, so it counts for nothing.
 */
function isLaterOnTheWall(writtenAt: number, startedAt: number, { now, ticks }: Clock): boolean {
  if (ticks === undefined) return false
  const started = now - ((ticks - startedAt) / TICKS_PER_SECOND) * 1000
  return writtenAt > started && writtenAt <= now
}
