/**
 * Notifies systemd (sd_notify(3)) through systemd-notify: Node has no datagram sockets. Without NOTIFY_SOCKET it does
 * nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from '../../model/world.ts'
import type { RunProgram } from '../../system/run.ts'

/** A watcher that stops does not wait longer for a notification that hangs. */
const STOPPING_MS = 2000

export interface Notifier {
  ready(status: string): void
  reloading(): void
  stopping(): Promise<void>
  /** Called at every turn of the loop; notifies when that is due. `now` in milliseconds of the monotonic clock. */
  heartbeat(now: number, status: () => string): void
  /** Milliseconds until the next heartbeat is due; Infinity: systemd does not expect one. */
  heartbeatDueIn(now: number): number
}

const SILENT: Notifier = {
  ready: () => {},
  reloading: () => {},
  stopping: async () => {},
  heartbeat: () => {},
  heartbeatDueIn: () => Number.POSITIVE_INFINITY,
}

export function openNotifier(world: World, run: RunProgram): Notifier {
  if (!world.env.NOTIFY_SOCKET) return SILENT
  const { notify, notifyLater } = openMessages(run)
  const heartbeatMs = heartbeatIntervalMs(world)
  let last = { at: 0, status: '' }
  let isReloadQueued = false
  const heartbeatDueIn = (now: number) => Math.max(0, heartbeatMs - (now - last.at))
  return {
    ready: status => void notify('READY=1', `STATUS=${status}`),
    reloading: () => {
      // systemd ignores a message that is older than its request, but one that is still queued is not older.
      if (isReloadQueued) return
      isReloadQueued = true
      void notifyLater(() => {
        isReloadQueued = false
        return ['RELOADING=1', `MONOTONIC_USEC=${world.monotonic()}`]
      })
    },
    stopping: async () => {
      await Promise.race([notify('STOPPING=1'), sleep(STOPPING_MS, undefined, { ref: false })])
    },
    heartbeat: (now, describe) => {
      const status = describe()
      if (heartbeatDueIn(now) > 0 && status === last.status) return
      void notify(...(heartbeatMs < Infinity ? ['WATCHDOG=1'] : []), `STATUS=${status}`)
      last = { at: now, status }
    },
    heartbeatDueIn,
  }
}

/**
 * Sends one message after the other: READY must not overtake RELOADING. systemd finds the sender by the process, so
 * each process stays until its message was read.
 */
function openMessages(run: RunProgram) {
  let last = Promise.resolve<unknown>(undefined)
  const notifyLater = (words: () => readonly string[]) => {
    last = last.then(() => run('systemd-notify', words())).catch(() => {})
    return last
  }
  return { notifyLater, notify: (...words: readonly string[]) => notifyLater(() => words) }
}

/** A third of the time after which systemd's watchdog kills this process; Infinity: it does not watch this one. */
function heartbeatIntervalMs({ env, pid }: World): number {
  const isForUs = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === pid
  const watchdogUs = isForUs ? Number(env.WATCHDOG_USEC) : 0
  return watchdogUs > 0 ? watchdogUs / 1000 / 3 : Number.POSITIVE_INFINITY
}
