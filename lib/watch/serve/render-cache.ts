/** Renders pages for many clients, and leaves most of the time to the rest of the watcher. */

/** A rendered page is shared for that many times as long as its rendering took: rendering takes a tenth of the time at most. */
const PAUSE_FACTOR = 9

interface Rendered<T> {
  readonly value: T
  readonly until: number
}

/**
 * `render` gets a key: which page is requested. During the pause, a request for the same key gets the latest page, and a
 * request for another key waits, the shortest key first. An error of `render` rejects the request, and is not shared.
 */
export function openRenderer<T>(render: (key: string) => T): (key: string) => Promise<T> {
  let latest = new Map<string, Rendered<T>>()
  const waiting = new Map<string, PromiseWithResolvers<T>>()
  let pausedUntil = 0
  let timer: NodeJS.Timeout | undefined
  const renderNow = (key: string, { resolve, reject }: PromiseWithResolvers<T>) => {
    const startedAt = performance.now()
    try {
      const value = render(key)
      const endedAt = performance.now()
      pausedUntil = endedAt + PAUSE_FACTOR * (endedAt - startedAt)
      latest = new Map([...latest, [key, { value, until: pausedUntil }]])
      resolve(value)
    } catch (error) {
      reject(error)
    }
  }
  const renderNext = () => {
    clearTimeout(timer)
    const now = performance.now()
    latest = new Map([...latest].filter(([, { until }]) => now < until))
    const [next] = [...waiting].sort(([a], [b]) => a.length - b.length)
    if (next === undefined) return
    if (now >= pausedUntil) {
      waiting.delete(next[0])
      renderNow(...next)
    }
    timer = setTimeout(renderNext, Math.max(1, pausedUntil - performance.now())).unref()
  }
  return key => {
    const shared = latest.get(key)
    if (shared !== undefined && performance.now() < shared.until) return Promise.resolve(shared.value)
    const request = waiting.get(key) ?? Promise.withResolvers<T>()
    waiting.set(key, request)
    renderNext()
    return request.promise
  }
}
