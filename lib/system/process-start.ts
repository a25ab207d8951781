/** When a process of this machine was started. */
import { readTimeNamespaceShift } from './boot-clock.ts'
import { identifyProcess } from './processes.ts'

/** In clock ticks after the boot of the machine; undefined where there is no such process. A zombie is none. */
export async function readProcessStart(pid: number): Promise<number | undefined> {
  const identity = await identifyProcess(pid)
  return identity && identity.startTicks - (await readTimeNamespaceShift())
}
