/** Sends a signal to a process that was seen before. */
import { hasErrno } from '../model/errors.ts'
import type { World } from '../model/world.ts'
import { identifyProcess } from './processes.ts'
import { findTrusted } from './trusted-processes.ts'

/** `gone`: no process of that start has this id any more. `problem` completes "process 812 …". */
export type Sent = 'sent' | 'gone' | { readonly problem: string }

/**
 * The process must be the one that was started then, in ticks after the boot of the machine, and still be trusted: between a look and a signal an id can be used again, and a journal may come with an image.
 */
export async function sendSignal(
  { pid, startedAt }: { readonly pid: number; readonly startedAt: number },
  signal: 'SIGHUP',
  { uid, pid: own, sendSignal: send }: Pick<World, 'uid' | 'pid' | 'sendSignal'>,
): Promise<Sent> {
  // A /proc of another PID namespace shows other numbers than kill(2) takes.
  if ((await identifyProcess('self'))?.pid !== own)
    return { problem: 'is in another PID namespace than regmirror' }
  const found = await findTrusted(pid, uid)
  if (found === undefined) return 'gone'
  if ('why' in found) return { problem: found.why }
  if (found.startedAt !== startedAt) return 'gone'
  try {
    send(pid, signal)
    return 'sent'
  } catch (error) {
    if (!hasErrno(error)) throw error
    return error.code === 'ESRCH' ? 'gone' : { problem: `cannot be sent ${signal} (${error.code})` }
  }
}
