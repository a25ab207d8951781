/** Files of this machine below `--root`: image builders mount its `/dev`, `/run`, or all of it there. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import { failOnErrno } from './errno.ts'
import { followLinks } from './links.ts'
import { findHostMounts, findMount } from './mountinfo.ts'
import { readBounded, readLink } from './read-disk.ts'

const MOUNTS = '/proc/self/mountinfo'
/** Enough for the 100,000 mounts that a namespace may have (sysctl fs.mount-max). */
const LIMIT = 64 * 1024 * 1024

/** Mount points below `top` of files that are also mounted outside it, as seen from `top`. */
export async function readHostMounts(top: string): Promise<readonly string[]> {
  if (top === '/') return []
  const bytes = await failOnErrno('read', MOUNTS, () => readBounded(MOUNTS, MOUNTS, LIMIT))
  return bytes === undefined ? [] : findHostMounts(await followLinks('/', top, readLink), bytes.toString())
}

/** Throws Failure `io` where a link on the way from `file` to `real`, as seen from `top`, leads into such a mount. */
export async function refuseHostMounts(
  top: string,
  file: string,
  real: string,
  readMounts: () => Promise<readonly string[]>,
): Promise<void> {
  const literal = path.resolve('/', file)
  if (literal === real) return
  const points = await readMounts()
  const mount = findMount(points, real)
  if (mount === undefined || mount === findMount(points, literal)) return
  const named = path.join(top, mount)
  const message = `a link points into ${named}, where files of this machine are mounted`
  throw new Failure('io', [{ file, message, hint: `make it point elsewhere, or unmount ${named}` }])
}
