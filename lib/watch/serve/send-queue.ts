/** Large answers are sent a few at a time, so that their bytes do not add up; whoever reads slowly gives way to who waits. */

export interface Turn {
  begin(): void
  giveUp(): void
}

export interface Turns {
  /** Begins now or when its turn comes. Returns how to say that it is over, at any time. */
  enter(turn: Turn): () => void
}

/** `patienceMs`: how long a turn may take while others wait. */
export function openTurns(atOnce: number, patienceMs: number): Turns {
  const begun = new Map<Turn, number>()
  const waiting = new Set<Turn>()
  let timer: NodeJS.Timeout | undefined
  const watchOldest = () => {
    clearTimeout(timer)
    const [oldest] = begun
    if (waiting.size === 0 || oldest === undefined) return
    const [turn, since] = oldest
    const left = Math.max(1, since + patienceMs - performance.now())
    timer = setTimeout(() => end(turn, true), left).unref()
  }
  const end = (turn: Turn, late: boolean) => {
    waiting.delete(turn)
    if (begun.delete(turn) && late) turn.giveUp()
    next()
  }
  const next = () => {
    for (const turn of waiting) {
      if (begun.size >= atOnce) break
      waiting.delete(turn)
      begun.set(turn, performance.now())
      turn.begin()
    }
    watchOldest()
  }
  return {
    enter: turn => {
      waiting.add(turn)
      next()
      return () => end(turn, false)
    },
  }
}
