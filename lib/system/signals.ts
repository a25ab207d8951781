/** What SIGINT, SIGTERM and SIGHUP do to a command. */
import { isatty } from 'node:tty'
import type { World } from '../model/world.ts'

/** Exit codes of a process that a signal ended, as a shell gives them. */
const ENDED_BY = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

type Signal = keyof typeof ENDED_BY

/** Signals within that time are one. */
const AT_ONCE_MS = 300

/** What is needed of `process`. */
export interface SignalSource {
  on(signal: Signal, listener: () => void): unknown
  exit(code: number): never
}

export interface Signals {
  /** Aborted by the first signal that asks to stop. */
  readonly signal: AbortSignal
  readonly onHangup: World['onHangup']
  /** Undefined: no signal ended the command. */
  exitCode(): number | undefined
}

/**
 * `mask` is SigIgn of /proc/self/status (proc(5)) as the process was started with it. nohup(1) ignores SIGHUP, and a
 * shell without job control ignores SIGINT in what it runs in the background: both stay ignored. SIGTERM never is.
 */
export function openSignals(source: SignalSource, mask: string | undefined): Signals {
  const stop = new AbortController()
  const ignored = ignoredIn(mask)
  const attended = terminals().length > 0
  let told: Signal | undefined
  let toldAt = Number.NEGATIVE_INFINITY
  let hangup: (() => void) | undefined
  const end = (signal: Signal) => {
    if (ignored.has(signal)) return
    // Whoever says it twice means it; at once is not twice: timeout(1) tells the process, and then its group.
    if (performance.now() - toldAt < AT_ONCE_MS) return
    if (stop.signal.aborted) source.exit(ENDED_BY[signal])
    told = signal
    toldAt = performance.now()
    stop.abort()
  }
  source.on('SIGINT', () => end('SIGINT'))
  source.on('SIGTERM', () => end('SIGTERM'))
  source.on('SIGHUP', () => {
    // Where the terminal itself is gone, that is its end and no wish to look again.
    const orphaned = attended && terminals().length === 0
    if (hangup === undefined || orphaned) end('SIGHUP')
    else hangup()
  })
  return {
    signal: stop.signal,
    onHangup: listener => {
      hangup = listener
    },
    exitCode: () => (told && !isWish(told, hangup !== undefined) ? ENDED_BY[told] : undefined),
  }
}

/** Bit n - 1 is signal n (signal(7)). */
function ignoredIn(mask = '0'): ReadonlySet<Signal> {
  const bits = /^[0-9a-f]{1,32}$/.test(mask) ? BigInt(`0x${mask}`) : 0n
  const numbers = { SIGHUP: 1n, SIGINT: 2n } as const
  const names = Object.keys(numbers) as (keyof typeof numbers)[]
  return new Set(names.filter(name => (bits >> (numbers[name] - 1n)) & 1n))
}

/** The terminals among its streams; one that was closed is none any more (tcgetattr(3) fails with EIO). */
function terminals(): readonly number[] {
  return [0, 1, 2].filter(stream => isatty(stream))
}

/** What runs until it is told to stop may be told before it got so far as to say so; but a hangup was to start it anew. */
function isWish(signal: Signal, watches: boolean): boolean {
  return watches && signal !== 'SIGHUP'
}
