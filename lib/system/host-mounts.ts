/** Files of this machine below `--root`: image builders mount its `/dev`, `/run`, or all of it there. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import { failOnErrno } from './errno.ts'
import { followLinks } from './links.ts'
import { findHostMounts, findMount } from './mountinfo.ts'
import { readBounded, readLink } from './read-disk.ts'
import { openRemembering } from './remembering.ts'

const MOUNTS = '/proc/self/mountinfo'
/** Enough for the 100,000 mounts that a namespace may have (sysctl fs.mount-max). */
const LIMIT = 64 * 1024 * 1024

export interface HostMounts {
  /** Mount points below the top of files that are also mounted outside it, as seen from the top. */
  read(): Promise<readonly string[]>
  /** Runs `use`; the mounts are read once meanwhile. */
  remember<T>(use: () => Promise<T>): Promise<T>
}

export function openHostMounts(top: string): HostMounts {
  let known: Promise<readonly string[]> | undefined
  const { isOn, during } = openRemembering(() => {
    known = undefined
  })
  return {
    read: async () => {
      if (!isOn()) return await readHostMounts(top)
      known ??= readHostMounts(top)
      return await known
    },
    remember: during,
  }
}

async function readHostMounts(top: string): Promise<readonly string[]> {
  if (top === '/') return []
  const bytes = await failOnErrno('read', MOUNTS, () => readBounded(MOUNTS, MOUNTS, LIMIT))
  return bytes === undefined ? [] : findHostMounts(await followLinks('/', top, readLink), bytes.toString())
}

/** Throws Failure `io` where links on the way from `file` to `real`, as seen from `top`, lead into such a mount. */
export async function refuseHostMounts(
  top: string,
  file: string,
  real: string,
  readMounts: () => Promise<readonly string[]>,
): Promise<void> {
  const points = await readMounts()
  const mount = findMount(points, real)
  if (mount === undefined || mount === findMount(points, path.resolve('/', file))) return
  const named = path.join(top, mount)
  const message = `a link points into ${named}, where files of this machine are mounted`
  throw new Failure('io', [{ file, message, hint: `make it point elsewhere, or unmount ${named}` }])
}
