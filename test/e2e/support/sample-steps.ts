/** Selects the steps at which a run is interrupted. */
import { isFullTest } from '../../support/check-property.ts'
import type { Step } from './strace-log.ts'

/** The number of processors of a CI machine. */
const WIDTH = 2

/**
 * Selects `count` steps, one from each part of the run, with the same random numbers every time, and at least one of every
 * kind of call.
 */
export function sampleSteps(steps: readonly Step[], count: number, seed = 1): readonly Step[] {
  if (isFullTest || steps.length <= count) return steps
  const random = randomNumbers(seed)
  const start = (nth: number) => Math.floor((nth * steps.length) / count)
  const drawn = Array.from(
    { length: count },
    (_, i) => steps[start(i) + Math.floor(random() * (start(i + 1) - start(i)))],
  )
  const kinds = steps.filter((step, i) => steps.findIndex(other => kindOf(other) === kindOf(step)) === i)
  const chosen = new Set([...drawn, ...kinds])
  return steps.filter(step => chosen.has(step))
}

function kindOf({ thread, name }: Step): string {
  return `${thread} ${name}`
}

/** Mulberry32, from 0 to 1. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Runs `use` for each item, some at the same time; returns the failures by item. */
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
  await Promise.all(Array.from({ length: WIDTH }, work))
  return [...failures].sort(([a], [b]) => a - b).map(([, text]) => text)
}
