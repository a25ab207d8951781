/**
 * Two clocks. The monotonic clock decides what is due, old or too late; the wall clock is for people. Times are kept by
 * the monotonic clock and converted where they are shown: setting the wall clock makes nothing due, and every time that is
 * shown afterwards is right by the new clock. Pure.
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

/** If the two clocks drift apart by more, the wall clock was set; less may pass between reading the two. */
const SET_MS = 1000

/** Clocks that convert a moment to the same wall time, to the millisecond, until the wall clock is set. */
export function openClocks(world: Pick<World, 'monotonic' | 'now'>): () => Clocks {
  let bootAt = Number.NaN
  return () => {
    const { monotonic, wall } = readClocks(world)
    if (!(Math.abs(wall - monotonic - bootAt) <= SET_MS)) bootAt = wall - monotonic
    return { monotonic, wall: bootAt + monotonic }
  }
}

/** The wall time of a monotonic time, past or future. */
export function wallTime(monotonic: number, clocks: Clocks): number {
  return clocks.wall - (clocks.monotonic - monotonic)
}

/** The monotonic time of a wall time; negative before the boot. */
export function monotonicTime(wall: number, clocks: Clocks): number {
  return clocks.monotonic - (clocks.wall - wall)
}
