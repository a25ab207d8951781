/** The moments at which something is done to a run: which of them are tried, and how. */
import { isFullTest } from '../../support/check-property.ts'
import type { Step } from './strace-log.ts'

/** As many as a machine of CI has processors. */
const AT_ONCE = 2

/**
 * As many of the steps as are asked for, spread evenly: one of each part of the run, drawn by dice that fall the same
 * every time. Of every kind of call there is one at least.
 */
export function sampleSteps(steps: readonly Step[], count: number, seed = 1): readonly Step[] {
  if (isFullTest || steps.length <= count) return steps
  const dice = diceOf(seed)
  const start = (nth: number) => Math.floor((nth * steps.length) / count)
  const drawn = Array.from(
    { length: count },
    (_, i) => steps[start(i) + Math.floor(dice() * (start(i + 1) - start(i)))],
  )
  const kinds = steps.filter((step, i) => steps.findIndex(other => kindOf(other) === kindOf(step)) === i)
  const chosen = new Set([...drawn, ...kinds])
  return steps.filter(step => chosen.has(step))
}

function kindOf({ thread, name }: Step): string {
  return `${thread} ${name}`
}

/** Mulberry32: numbers from 0 to 1. */
function diceOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Runs `use` for each, some at once, and to the end; gives what went wrong with which. */
export async function runForEach<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  use: (item: T, nth: number) => Promise<void>,
): Promise<readonly string[]> {
  const failures = new Map<number, string>()
  const queue = items.entries()
  const work = async () => {
    for (const [nth, item] of queue) {
      await use(item, nth).catch(error => failures.set(nth, `${nameOf(item)}: ${error?.message ?? error}`))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return [...failures].sort(([a], [b]) => a - b).map(([, text]) => text)
}
