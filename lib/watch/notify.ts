/**
 * What systemd is told (sd_notify(3)), through systemd-notify: Node has no datagram sockets. Without NOTIFY_SOCKET
 * nobody is told anything.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '../run.ts'
import type { World } from '../world.ts'

/** Who is told to stop does not wait for a notifier that hangs. */
const STOPPING_MS = 500

export interface Notifier {
  ready(status: string): void
  reloading(): void
  stopping(): Promise<void>
  /** The loop goes on, and how things are: told when it is due. */
  beat(now: number, status: string): void
  /** Milliseconds within which there must be a beat; undefined: nobody waits for one. */
  readonly beatMs: number | undefined
}

export function openNotifier({ env, pid, monotonic }: World, run: Run): Notifier {
  if (!env.NOTIFY_SOCKET)
    return {
      ready: () => {},
      reloading: () => {},
      stopping: async () => {},
      beat: () => {},
      beatMs: undefined,
    }
  let last = Promise.resolve<unknown>(undefined)
  // One after the other: READY must not overtake RELOADING. It waits for no answer, which it would for 5 s.
  const tell = (...words: readonly string[]) => {
    last = last.then(() => run('systemd-notify', ['--no-block', ...words])).catch(() => {})
    return last
  }
  const ours = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === pid
  const watchdogUs = ours ? Number(env.WATCHDOG_USEC) : 0
  const beatMs = watchdogUs > 0 ? watchdogUs / 1000 / 3 : undefined
  let beaten = { at: Number.NEGATIVE_INFINITY, status: '' }
  return {
    ready: status => void tell('READY=1', `STATUS=${status}`),
    reloading: () => void tell('RELOADING=1', `MONOTONIC_USEC=${monotonic()}`),
    stopping: () =>
      Promise.race([tell('STOPPING=1'), sleep(STOPPING_MS, undefined, { ref: false })]).then(() => {}),
    beat: (now, status) => {
      // The clock may be put back; who waits for a beat goes by another.
      const due = beatMs !== undefined && Math.abs(now - beaten.at) >= beatMs
      if (!due && status === beaten.status) return
      void tell(...(beatMs === undefined ? [] : ['WATCHDOG=1']), `STATUS=${status}`)
      beaten = { at: now, status }
    },
    beatMs,
  }
}
