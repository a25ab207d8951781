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

/** What is not written yet, and how many lines were dropped. */
interface Pending {
  readonly queue: readonly Entry[]
  readonly dropped: number
}

/** `droppedLine` formats the line that reports how many lines were dropped. */
export function openLogQueue(outlet: Outlet, droppedLine: (count: number) => string): LogQueue {
  let pending: Pending = { queue: [], dropped: 0 }
  let timer: NodeJS.Timeout | undefined
  const drain = () => {
    clearTimeout(timer)
    pending = writePending(pending, outlet, droppedLine)
    if (pending.queue.length > 0) timer = setTimeout(drain, RETRY_MS).unref()
  }
  return {
    write: line => {
      if (pending.dropped > 0) drain()
      pending = withLine(pending, Buffer.from(line))
      if (pending.dropped === 0) drain()
    },
    flush: async ms => {
      const deadline = performance.now() + ms
      drain()
      while ((pending.queue.length > 0 || outlet.isPending()) && performance.now() < deadline) {
        await sleep(10)
        drain()
      }
    },
  }
}

/** Drops the line where the queue is full, or lines before it were dropped. */
function withLine({ queue, dropped }: Pending, bytes: Buffer): Pending {
  const size = queue.reduce((sum, entry) => sum + entry.bytes.length, bytes.length)
  const isFull = queue.length > 0 && size > QUEUE_BYTES
  if (dropped > 0 || isFull) return { queue, dropped: dropped + 1 }
  return { queue: [...queue, { bytes, lines: 1 }], dropped }
}

/** Writes what fits; when everything is written, also the line about dropped ones. */
function writePending(pending: Pending, outlet: Outlet, droppedLine: (count: number) => string): Pending {
  const { queue, dropped } = pending
  try {
    const left = writeAll(queue, outlet)
    if (left.length > 0 || dropped === 0) return { queue: left, dropped }
  } catch {
    // The reader is gone. A named pipe may have another reader by the next line.
    return { queue: [], dropped: queue.reduce((sum, { lines }) => sum + lines, dropped) }
  }
  const report = { bytes: Buffer.from(droppedLine(dropped)), lines: dropped }
  return writePending({ queue: [report], dropped: 0 }, outlet, droppedLine)
}

/** Returns the entries that did not fit. */
function writeAll(queue: readonly Entry[], outlet: Outlet): readonly Entry[] {
  for (const [index, { bytes, lines }] of queue.entries()) {
    const written = outlet.write(bytes)
    if (written < bytes.length) return [{ bytes: bytes.subarray(written), lines }, ...queue.slice(index + 1)]
  }
  return []
}
