/** Which boot of the kernel this is. */
import { openTree } from './files.ts'

/** The same in every container of the machine; undefined where the kernel does not tell (random(4)). */
export async function readBootId(): Promise<string | undefined> {
  const bytes = await openTree('/')
    .read('/proc/sys/kernel/random/boot_id')
    .catch(() => undefined)
  return bytes?.toString('utf8').trim() || undefined
}
