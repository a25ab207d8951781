/** Sends large responses a few at a time, so that their bytes do not add up; a slow reader is closed while others wait. */

export interface Transfer {
  start(): void
  abort(): void
}

export interface SendQueue {
  /** Starts the transfer now or later. Returns a function that ends it, at any time. */
  add(transfer: Transfer): () => void
}

/** `slots`: how many transfers run at the same time; `patienceMs`: how long one may take while others wait. */
export function openSendQueue(slots: number, patienceMs: number): SendQueue {
  const running = new Map<Transfer, number>()
  const waiting = new Set<Transfer>()
  let timer: NodeJS.Timeout | undefined
  const watchOldest = () => {
    clearTimeout(timer)
    const [oldest] = running
    if (waiting.size === 0 || oldest === undefined) return
    const [transfer, since] = oldest
    const rest = Math.max(1, since + patienceMs - performance.now())
    timer = setTimeout(() => end(transfer, true), rest).unref()
  }
  const end = (transfer: Transfer, isLate: boolean) => {
    waiting.delete(transfer)
    if (running.delete(transfer) && isLate) transfer.abort()
    startNext()
  }
  const startNext = () => {
    for (const transfer of waiting) {
      if (running.size >= slots) break
      waiting.delete(transfer)
      running.set(transfer, performance.now())
      transfer.start()
    }
    watchOldest()
  }
  return {
    add: transfer => {
      waiting.add(transfer)
      startNext()
      return () => end(transfer, false)
    },
  }
}
