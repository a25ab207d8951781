/** Whether a daemon has not yet read a file that it reads when it starts. Pure. */
import type { RestoredFile } from '../ownership/managed-file.ts'
import type { BootClock } from '../system/boot-clock.ts'
import { TICKS_PER_SECOND } from '../system/ticks.ts'

/** The present. */
export interface Clock extends BootClock {
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * Whether a file was written after the daemon was started, `startedAt` ticks after the start of the machine. Within one
 * tick the order is unknown: a needless restart is better than a missing one. After a reboot nothing is pending.
 */
export function isPending(
  { written_at, written_after }: RestoredFile,
  startedAt: number,
  clock: Clock,
): boolean {
  if (written_after === undefined || clock.bootId === undefined)
    return isLaterByWallClock(Date.parse(written_at), startedAt, clock)
  return written_after.boot_id === clock.bootId && written_after.ticks >= startedAt
}

/**
 * By the wall clock, where the state has no better time. A time in the future comes from a wrong clock: it would require a
 * restart again and again, so it is ignored.
 */
function isLaterByWallClock(writtenAt: number, startedAt: number, { now, ticks }: Clock): boolean {
  if (ticks === undefined) return false
  const started = now - ((ticks - startedAt) / TICKS_PER_SECOND) * 1000
  return writtenAt > started && writtenAt <= now
}
