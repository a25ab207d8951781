/**
 * Lines for a stream that may block, because its reader has stopped or a terminal is paused. Nothing waits for it: lines
 * that do not fit are dropped and counted, and a line reports them once there is room again.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Outlet } from './nonblocking-output.ts'

export interface LogQueue {
  /** One line, with its newline. */
  write(line: string): void
  /** Waits at most that long until everything is written. */
  flush(ms: number): Promise<void>
}

/** Enough for the moment in which hundreds of mirrors fail, if the reader is merely slow. */
export const QUEUE_BYTES = 256 * 1024
/** A pipe gives no event when it has room again. */
const RETRY_MS = 100

/** `lines` is how many lines are lost with it. */
interface Entry {
  readonly bytes: Buffer
  readonly lines: number
}

/** `droppedLine` formats the line that reports how many lines were dropped. */
export function openLogQueue(outlet: Outlet, droppedLine: (count: number) => string): LogQueue {
  let queue: readonly Entry[] = []
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  const drain = () => {
    clearTimeout(timer)
    try {
      queue = writeAll(queue, outlet)
      if (queue.length === 0 && dropped > 0) {
        const entry = { bytes: Buffer.from(droppedLine(dropped)), lines: dropped }
        dropped = 0
        queue = [entry]
        queue = writeAll(queue, outlet)
      }
    } catch {
      // The reader is gone. A named pipe may have another reader by the next line.
      dropped += queue.reduce((sum, { lines }) => sum + lines, 0)
      queue = []
    }
    if (queue.length > 0) timer = setTimeout(drain, RETRY_MS).unref()
  }
  return {
    write: line => {
      if (dropped > 0) drain()
      const bytes = Buffer.from(line)
      const waiting = queue.reduce((sum, entry) => sum + entry.bytes.length, bytes.length)
      if (dropped > 0 || (queue.length > 0 && waiting > QUEUE_BYTES)) {
        dropped += 1
        return
      }
      queue = [...queue, { bytes, lines: 1 }]
      drain()
    },
    flush: async ms => {
      const deadline = performance.now() + ms
      drain()
      while ((queue.length > 0 || outlet.isPending()) && performance.now() < deadline) {
        await sleep(10)
        drain()
      }
    },
  }
}

/** Returns the entries that did not fit. */
function writeAll(queue: readonly Entry[], outlet: Outlet): readonly Entry[] {
  for (const [index, { bytes, lines }] of queue.entries()) {
    const written = outlet.write(bytes)
    if (written < bytes.length) return [{ bytes: bytes.subarray(written), lines }, ...queue.slice(index + 1)]
  }
  return []
}
