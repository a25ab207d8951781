/**
 * Lookups wait in line until one of a few places is free. Names that did not get an answer the last time have a line
 * and places of their own: however many they are, they do not hold up the others.
 */
import { onEnd } from '../http/connect.ts'

export interface Lines {
  /** Waits for a place; returns how to give it back. Rejects with the reason of `end` if that comes first. */
  enter(name: string, end: AbortSignal): Promise<() => void>
  /** Whether the name got an answer this time. */
  note(name: string, answered: boolean): void
}

/** Redirects may name as many as they like. */
const MAX_NAMES = 4096

/** Two lines of `width` places each; with one place in all, one line. */
export function openLines(places: number): Lines {
  const hanging = new Set<string>()
  const width = Math.max(1, Math.floor(places / 2))
  const usual = openLine(width)
  const slow = places < 2 ? usual : openLine(width)
  return {
    enter: (name, end) => (hanging.has(name) ? slow : usual)(end),
    note: (name, answered) => {
      hanging.delete(name)
      if (!answered) hanging.add(name)
      const [oldest] = hanging
      if (hanging.size > MAX_NAMES && oldest !== undefined) hanging.delete(oldest)
    },
  }
}

function openLine(width: number): (end: AbortSignal) => Promise<() => void> {
  const waiting = new Set<() => void>()
  let free = width
  const leave = () => {
    const [next] = waiting
    if (next === undefined) free += 1
    else next()
  }
  return async end => {
    end.throwIfAborted()
    if (free > 0) free -= 1
    else await turn(waiting, end)
    return leave
  }
}

async function turn(waiting: Set<() => void>, end: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const go = () => {
    waiting.delete(go)
    resolve()
  }
  waiting.add(go)
  const release = onEnd(end, () => {
    if (waiting.delete(go)) reject(end.reason)
  })
  await promise.finally(release)
}
