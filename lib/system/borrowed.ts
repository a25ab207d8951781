/** What of a tree under `--root` is really this machine: builders of images mount its `/dev`, `/run`, or all of it there. */
import path from 'node:path'
import { Failure } from '../errors.ts'
import { readLink, readPseudo } from './disk.ts'
import { orFail } from './errno.ts'
import { follow } from './links.ts'
import { borrowedMounts, mountOf } from './mounts.ts'

const MOUNTS = '/proc/self/mountinfo'

/** Mount points inside the tree of files that this machine also has outside it, as seen from the tree. */
export async function borrowedBy(top: string): Promise<readonly string[]> {
  if (top === '/') return []
  const text = await orFail('read', MOUNTS, () => readPseudo(MOUNTS))
  return text === undefined ? [] : borrowedMounts(await follow('/', top, readLink), text)
}

/** Throws Failure `io` where a link on the way from `file` to `real` leads into such a mount. */
export async function refuseBorrowed(
  file: string,
  real: string,
  borrowed: () => Promise<readonly string[]>,
): Promise<void> {
  const literal = path.resolve('/', file)
  if (literal === real) return
  const points = await borrowed()
  const mount = mountOf(points, real)
  if (mount === undefined || mount === mountOf(points, literal)) return
  const message = `a link leads into ${mount}, where files of this machine are mounted`
  throw new Failure('io', [{ file, message, hint: 'make it point elsewhere, or unmount that' }])
}
