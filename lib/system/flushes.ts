/**
 * What must survive a power cut is flushed to the disk: immediately, or together with other changes, because a disk that takes
 * milliseconds for one flush takes hardly longer for many that wait at the same time.
 */
import { calls, type Handle } from './calls.ts'
import { mapConcurrently } from './concurrency.ts'
import { failOnErrno, ignoreErrno } from './errno.ts'

/** Flushes the content of a file, or the names in a directory. `handle` is the file, if it is open. */
export type Flush = (real: string, handle?: Handle) => Promise<void>

export const flushNow: Flush = async (real, handle) => {
  if (handle !== undefined) return await handle.sync()
  // A directory that was removed meanwhile has no names to keep.
  const opened = await ignoreErrno(calls().open(real, 'r'))
  try {
    await opened?.sync()
  } finally {
    await opened?.close()
  }
}

export interface Flushes {
  readonly flush: Flush
  /** Runs `use`, then flushes everything that it changed, together. Drops that where `use` fails. */
  together<T>(use: () => Promise<T>): Promise<T>
}

/** `nameOf`: the path that a message names. */
export function openFlushes(nameOf: (real: string) => string): Flushes {
  let pending: Set<string> | undefined
  return {
    flush: async (real, handle) => {
      if (pending === undefined) await flushNow(real, handle)
      else pending.add(real)
    },
    together: async use => {
      const own = new Set<string>()
      const outer = pending
      pending = own
      const result = await use().finally(() => {
        pending = outer
      })
      await mapConcurrently([...own], real => failOnErrno('write', nameOf(real), () => flushNow(real)))
      return result
    },
  }
}
