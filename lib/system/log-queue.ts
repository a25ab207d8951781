/**
 * Lines on their way to a stream that may have no room: its reader has stopped, or a terminal is held. Nobody waits for
 * it. What finds no room is dropped and counted, and a line says so once there is room again.
 */
import { setTimeout as sleep } from 'node:timers/promises'

/** A stream that is written to without waiting. */
export interface Outlet {
  /** Writes what there is room for; returns the number of bytes. Throws where nobody will ever read. */
  put(bytes: Buffer): number
  /** Whether bytes that were put are still on their way. */
  pending(): boolean
}

export interface LogQueue {
  /** One line, with its newline. */
  write(line: string): void
  /** Waits until everything is written, at most that long. */
  flush(ms: number): Promise<void>
}

/** Bytes that wait: a moment in which hundreds of mirrors fail is not lost on a reader that is merely slow. */
export const QUEUE_BYTES = 256 * 1024
/** A pipe does not say when it has room again to somebody who does not wait for it. */
const RETRY_MS = 100

/** `lines` is how many lines are lost with it. */
interface Entry {
  readonly bytes: Buffer
  readonly lines: number
}

/** `droppedLine` gives the line that says how many lines were dropped. */
export function openLogQueue(outlet: Outlet, droppedLine: (count: number) => string): LogQueue {
  let queue: readonly Entry[] = []
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  const drain = () => {
    clearTimeout(timer)
    try {
      queue = putAll(queue, outlet)
      if (queue.length === 0 && dropped > 0) {
        const entry = { bytes: Buffer.from(droppedLine(dropped)), lines: dropped }
        dropped = 0
        queue = [entry]
        queue = putAll(queue, outlet)
      }
    } catch {
      // The reader has gone. There may be another one by the time of the next line: the pipe may have a name.
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
      while ((queue.length > 0 || outlet.pending()) && performance.now() < deadline) {
        await sleep(10)
        drain()
      }
    },
  }
}

/** Returns what found no room. */
function putAll(queue: readonly Entry[], outlet: Outlet): readonly Entry[] {
  for (const [nth, { bytes, lines }] of queue.entries()) {
    const written = outlet.put(bytes)
    if (written < bytes.length) return [{ bytes: bytes.subarray(written), lines }, ...queue.slice(nth + 1)]
  }
  return []
}
