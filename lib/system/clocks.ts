/**
 * Two clocks. The monotonic one decides what is due, old or too late; the wall clock is for people. A time is kept by the
 * monotonic clock and turned into wall time where it is shown, so a wall clock that is set makes nothing due, and all that
 * is shown afterwards is right by the new time. Pure.
 */
import type { World } from '../model/world.ts'

/** Both clocks at one moment, in milliseconds: since the boot, and since 1970. */
export interface Clocks {
  readonly monotonic: number
  readonly wall: number
}

export function monotonicMs({ monotonic }: Pick<World, 'monotonic'>): number {
  return Number(monotonic() / 1000n)
}

export function readClocks(world: Pick<World, 'monotonic' | 'now'>): Clocks {
  return { monotonic: monotonicMs(world), wall: world.now() }
}

/** A wall clock that moves by more against the monotonic one was set; less is the time between reading the two. */
const SET_MS = 1000

/** Clocks by which one moment is always shown as the same, to the millisecond, until the wall clock is set. */
export function openClocks(world: Pick<World, 'monotonic' | 'now'>): () => Clocks {
  let bootAt = Number.NaN
  return () => {
    const { monotonic, wall } = readClocks(world)
    if (!(Math.abs(wall - monotonic - bootAt) <= SET_MS)) bootAt = wall - monotonic
    return { monotonic, wall: bootAt + monotonic }
  }
}

/** When that was, or will be, by the wall clock. */
export function wallTime(monotonic: number, now: Clocks): number {
  return now.wall - (now.monotonic - monotonic)
}

/** The other way round. What was before the boot is negative. */
export function monotonicTime(wall: number, now: Clocks): number {
  return now.monotonic - (now.wall - wall)
}
