/** Makes and removes directories. Paths are those of this machine and errors those of the system. */
import path from 'node:path'
import { hasErrno } from '../model/errors.ts'
import { calls } from './calls.ts'
import { ignoreErrno } from './errno.ts'
import { type Flush, flushNow } from './flushes.ts'

/** Other services of the node pass through the directories above regmirror's files. */
const PARENT_MODE = 0o755

/** Creates a directory with this mode and its parents with 0755; returns those it created, deepest first. */
export async function makeDirectories(
  real: string,
  mode: number,
  flush: Flush = flushNow,
): Promise<string[]> {
  const changed = new Set<string>()
  const made = await makeEach(real, mode, async directory => void changed.add(directory))
  // Together: each flush waits for the disk.
  await Promise.all([...changed].map(directory => flush(directory)))
  return made
}

async function makeEach(real: string, mode: number, flush: Flush, attempts = 10): Promise<string[]> {
  if ((await calls().lstat(real)) !== undefined) return []
  const parents = await makeEach(path.dirname(real), PARENT_MODE, flush)
  try {
    await calls().mkdir(real, mode)
  } catch (error) {
    const code = hasErrno(error) ? error.code : undefined
    if (code === 'EEXIST') return parents
    // Another process may have created the parent and removed it meanwhile.
    if (code !== 'ENOENT' || attempts === 1) throw error
    return [...new Set([...(await makeEach(real, mode, flush, attempts - 1)), ...parents])]
  }
  await finishDirectory(real, mode, flush)
  return [real, ...parents]
}

/** Creates a directory in an existing one. Fails when the path exists, also as a link. */
export async function createDirectory(real: string, flush: Flush): Promise<void> {
  await calls().mkdir(real, PARENT_MODE)
  await finishDirectory(real, PARENT_MODE, flush)
}

/** The umask applies to mkdir, but not to chmod. */
async function finishDirectory(real: string, mode: number, flush: Flush): Promise<void> {
  await calls().chmod(real, mode)
  await flush(path.dirname(real))
}

export async function removeEmptyDirectory(real: string): Promise<boolean> {
  const removed = calls()
    .rmdir(real)
    .then(() => true)
  return (await ignoreErrno(removed, ['ENOTEMPTY', 'EEXIST', 'ENOENT'])) ?? false
}
