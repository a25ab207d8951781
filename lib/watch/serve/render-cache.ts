/** Renders what many ask for, without letting that take more than a part of the time. */

/** Whoever asks gets the same answer for so many times as long as its rendering took: a tenth of the time at most. */
const REST = 9

interface Rendered<T> {
  readonly value: T
  readonly until: number
}

/**
 * `render` is given a key: what is asked for. While it rests, those who ask for the same get the latest, and those who
 * ask for something else wait, the shortest key first. What `render` throws reaches who asked, and is not kept.
 */
export function openRenderer<T>(render: (key: string) => T): (key: string) => Promise<T> {
  let latest = new Map<string, Rendered<T>>()
  const waiting = new Map<string, PromiseWithResolvers<T>>()
  let restsUntil = 0
  let timer: NodeJS.Timeout | undefined
  const renderNow = (key: string, { resolve, reject }: PromiseWithResolvers<T>) => {
    const began = performance.now()
    try {
      const value = render(key)
      const ended = performance.now()
      restsUntil = ended + REST * (ended - began)
      latest = new Map([...latest, [key, { value, until: restsUntil }]])
      resolve(value)
    } catch (error) {
      reject(error)
    }
  }
  const turn = () => {
    clearTimeout(timer)
    const now = performance.now()
    latest = new Map([...latest].filter(([, { until }]) => now < until))
    const [key] = [...waiting.keys()].sort((a, b) => a.length - b.length)
    const who = key === undefined ? undefined : waiting.get(key)
    if (key === undefined || who === undefined) return
    if (now >= restsUntil) {
      waiting.delete(key)
      renderNow(key, who)
    }
    timer = setTimeout(turn, Math.max(1, restsUntil - performance.now())).unref()
  }
  return key => {
    const kept = latest.get(key)
    if (kept !== undefined && performance.now() < kept.until) return Promise.resolve(kept.value)
    const who = waiting.get(key) ?? Promise.withResolvers<T>()
    waiting.set(key, who)
    turn()
    return who.promise
  }
}
