/** How many more files this process may open. */
import { readBounded, readEntries } from './read-disk.ts'

/** Kept for files and programs that are needed beside connections. */
const RESERVED = 8
const LIMITS = '/proc/self/limits'

/** The number of descriptors that connections may use; Infinity where the limit is unknown. */
export async function countFreeDescriptors(): Promise<number> {
  try {
    const limits = (await readBounded(LIMITS, LIMITS, 64 * 1024))?.toString('latin1') ?? ''
    const [, limit] = /^Max open files\s+(\d+)/m.exec(limits) ?? []
    const open = (await readEntries('/proc/self/fd'))?.length ?? 0
    return limit === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Number(limit) - open - RESERVED)
  } catch {
    return 0
  }
}
