/**
 * What systemd is told (sd_notify(3)), through systemd-notify: Node has no datagram sockets. Without NOTIFY_SOCKET
 * nobody is told anything.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from '../../model/world.ts'
import type { Run } from '../../system/run.ts'

/** Who is told to stop does not wait for a notifier that hangs. */
const STOPPING_MS = 2000

export interface Notifier {
  ready(status: string): void
  reloading(): void
  stopping(): Promise<void>
  /** The loop goes on, and how things are: told when it is due. `now` in milliseconds of the monotonic clock. */
  beat(now: number, status: string): void
  /** Milliseconds until the next beat is due; Infinity: nobody waits for one. */
  beatIn(now: number): number
}

export function openNotifier({ env, pid, monotonic }: World, run: Run): Notifier {
  if (!env.NOTIFY_SOCKET)
    return {
      ready: () => {},
      reloading: () => {},
      stopping: async () => {},
      beat: () => {},
      beatIn: () => Number.POSITIVE_INFINITY,
    }
  let last = Promise.resolve<unknown>(undefined)
  // One after the other: READY must not overtake RELOADING. And each until systemd has read it: whose a message is, it
  // finds by a process that is still there.
  const tellThen = (words: () => readonly string[]) => {
    last = last.then(() => run('systemd-notify', words())).catch(() => {})
    return last
  }
  const tell = (...words: readonly string[]) => tellThen(() => words)
  let owed = false
  const ours = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === pid
  const watchdogUs = ours ? Number(env.WATCHDOG_USEC) : 0
  const beatMs = watchdogUs > 0 ? watchdogUs / 1000 / 3 : Number.POSITIVE_INFINITY
  let beaten = { at: 0, status: '' }
  const beatIn = (now: number) => Math.max(0, beatMs - (now - beaten.at))
  return {
    ready: status => void tell('READY=1', `STATUS=${status}`),
    reloading: () => {
      // Each time, for systemd takes none that is older than its own wish; but what waits to be told is not older.
      if (owed) return
      owed = true
      void tellThen(() => {
        owed = false
        return ['RELOADING=1', `MONOTONIC_USEC=${monotonic()}`]
      })
    },
    stopping: () =>
      Promise.race([tell('STOPPING=1'), sleep(STOPPING_MS, undefined, { ref: false })]).then(() => {}),
    beat: (now, status) => {
      if (beatIn(now) > 0 && status === beaten.status) return
      void tell(...(beatMs < Infinity ? ['WATCHDOG=1'] : []), `STATUS=${status}`)
      beaten = { at: now, status }
    },
    beatIn,
  }
}
