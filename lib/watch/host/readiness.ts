/**
 * When a watcher is ready, after its start and after each request to read the list again: after a whole turn of the loop
 * that began later. An invalid list, or a node that cannot be written, does not delay it: that is the result.
 */
export interface Readiness {
  /** Requests a report after the next whole turn; returns whether one is requested already, besides the first. */
  request(): boolean
  beginTurn(): void
  /** Returns whether the turn that ends is the first whole one since the latest request. */
  endTurn(): boolean
}

/** The start is the first request. */
export function openReadiness(): Readiness {
  let [requests, begun, reported] = [1, 0, 0]
  return {
    request: () => {
      const isPending = requests > Math.max(reported, 1)
      requests += 1
      return isPending
    },
    beginTurn: () => {
      begun = requests
    },
    endTurn: () => {
      if (begun < requests || reported === requests) return false
      reported = requests
      return true
    },
  }
}
