/** What SIGINT, SIGTERM and SIGHUP do to a command. */
import type { World } from '../model/world.ts'
import type { IsTerminal } from './terminal.ts'

/** The exit codes of a process that a signal ended, as a shell reports them. */
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

type Signal = keyof typeof SIGNAL_EXIT_CODES

/** timeout(1) signals the process and then its group: two signals within that time count as one. */
const SAME_MS = 300

/** The part of `process` that is needed. */
export interface SignalSource {
  on(signal: Signal, listener: () => void): unknown
  exit(code: number): never
}

export interface Signals {
  /** Aborted by the first signal to stop; a second one ends the process. */
  readonly signal: AbortSignal
  readonly onHangup: World['onHangup']
  /** Undefined when no signal ended the command. */
  exitCode(): number | undefined
}

/**
 * `mask` is SigIgn of /proc/self/status (proc(5)) when the process was started. nohup(1) ignores SIGHUP, and a shell
 * without job control ignores SIGINT in background processes: both stay ignored. SIGTERM is never ignored.
 */
export function openSignals(source: SignalSource, mask: string | undefined, isTerminal: IsTerminal): Signals {
  const stop = new AbortController()
  const ignored = parseIgnored(mask)
  const hadTerminal = hasTerminal(isTerminal)
  let received: Signal | undefined
  let receivedAt = Number.NEGATIVE_INFINITY
  let hangup: (() => void) | undefined
  const end = (signal: Signal) => {
    if (ignored.has(signal) || performance.now() - receivedAt < SAME_MS) return
    if (stop.signal.aborted) source.exit(SIGNAL_EXIT_CODES[signal])
    received = signal
    receivedAt = performance.now()
    stop.abort()
  }
  source.on('SIGINT', () => end('SIGINT'))
  source.on('SIGTERM', () => end('SIGTERM'))
  source.on('SIGHUP', () => {
    // When the terminal itself is gone, SIGHUP means the end and not a reload.
    const lostTerminal = hadTerminal && !hasTerminal(isTerminal)
    if (hangup === undefined || lostTerminal) end('SIGHUP')
    else hangup()
  })
  return {
    signal: stop.signal,
    onHangup: listener => {
      hangup = listener
    },
    exitCode: () => {
      // For a watcher, a signal to stop is the normal end; it may even come before the watcher is ready.
      const isNormalEnd = hangup !== undefined && received !== 'SIGHUP'
      return received && !isNormalEnd ? SIGNAL_EXIT_CODES[received] : undefined
    },
  }
}

/** Bit n - 1 is signal n (signal(7)). */
function parseIgnored(mask = '0'): ReadonlySet<Signal> {
  const bits = /^[0-9a-f]{1,32}$/.test(mask) ? BigInt(`0x${mask}`) : 0n
  const numbers = { SIGHUP: 1n, SIGINT: 2n } as const
  const names = Object.keys(numbers) as (keyof typeof numbers)[]
  return new Set(names.filter(name => (bits >> (numbers[name] - 1n)) & 1n))
}

/** Whether one of its streams is a terminal; a terminal that was closed is none any more (tcgetattr(3): EIO). */
function hasTerminal(isTerminal: IsTerminal): boolean {
  return [0, 1, 2].some(isTerminal)
}
