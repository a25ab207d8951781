/**
 * The disk itself: the only importer of node:fs. Paths are real ones, errors are the system's; files.ts puts the
 * root around it.
 */
import { constants } from 'node:fs'
import fs, { type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { hasErrno } from '../errors.ts'
import { maybe } from './errno.ts'
import {
  type Entry,
  type FileFacts,
  factsFrom,
  type Held,
  refuseLong,
  refuseUnreadable,
  typeOf,
} from './facts.ts'

export interface Ownership {
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
}

export async function readLink(file: string): Promise<string | undefined> {
  const stat = await maybe(fs.lstat(file))
  return stat?.isSymbolicLink() ? await fs.readlink(file) : undefined
}

/** Bytes of a regular file of at most `limit` bytes; undefined when nothing stands there. Messages name `file`. */
export async function readBounded(real: string, file: string, limit: number): Promise<Buffer | undefined> {
  const stat = await maybe(fs.lstat(real))
  if (stat === undefined) return undefined
  refuseUnreadable(stat, file, limit)
  // Another may stand there by now: what was opened is checked again.
  const handle = await maybe(fs.open(real, constants.O_NOFOLLOW | constants.O_NONBLOCK))
  return handle && (await readHandle(handle, file, limit))
}

/** A file may grow while it is read; one byte more than `limit` is enough to know. Closes the handle. */
async function readHandle(handle: FileHandle, file: string, limit: number): Promise<Buffer> {
  try {
    refuseUnreadable(await handle.stat(), file, limit)
    const chunks = handle.createReadStream({ end: limit, autoClose: false })
    const bytes = Buffer.concat(await chunks.toArray())
    refuseLong(bytes.length, file, limit)
    return bytes
  } finally {
    await handle.close()
  }
}

/** What stands at a path, links not followed; undefined when nothing does. */
export async function factsOf(real: string): Promise<FileFacts | undefined> {
  const stat = await maybe(fs.lstat(real))
  return stat && factsFrom(stat)
}

/** open(2): holds a file without opening it: no device acts, no pipe waits. The same number wherever Node runs on Linux. */
const O_PATH = 0o10000000

/** Holds what stands at a path, a final link itself; undefined when nothing does. Needs /proc. */
export function hold(real: string, flags = 0): Promise<Held | undefined> {
  return held(fs.open(real, O_PATH | constants.O_NOFOLLOW | flags))
}

/** Holds a directory, mounted if it is an automount's (open(2): O_PATH alone mounts nothing); undefined for all else. */
export const holdDirectory = (real: string) => hold(real, constants.O_DIRECTORY)

async function held(opening: Promise<FileHandle>): Promise<Held | undefined> {
  const handle = await maybe(opening)
  if (handle === undefined) return undefined
  const name = `/proc/self/fd/${handle.fd}`
  const writes = () => fs.access(name, constants.W_OK).then(() => true)
  return {
    path: name,
    facts: factsFrom(await handle.stat()),
    read: async (file, limit) => readHandle(await fs.open(name, constants.O_NONBLOCK), file, limit),
    isReadOnly: async () => (await maybe(writes(), ['EROFS'])) === undefined,
    close: () => handle.close(),
  }
}

/**
 * Facts of the file that the kernel finds at a path: through links of /proc/PID also one that has lost its name or stands
 * in another mount namespace. Throws the system's errors.
 */
export async function factsThrough(real: string): Promise<FileFacts> {
  return factsFrom(await fs.stat(real))
}

/** Differs once a file, links followed, is another one or has other bytes; undefined where there is none. */
export async function stampOf(real: string): Promise<string | undefined> {
  const stat = await maybe(fs.stat(real))
  return stat && [stat.dev, stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join()
}

export async function entriesOf(directory: string): Promise<readonly Entry[] | undefined> {
  const found = await maybe(fs.readdir(directory, { withFileTypes: true }))
  const entries = found?.map(entry => ({ name: entry.name, type: typeOf(entry) }))
  return entries?.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Copies what a file carries besides bytes, mode and owner: SELinux label, ACL, extended attributes. */
export type CopyAttributes = (from: string, to: string) => Promise<void>

/** Creates a file that is whole and on disk when it is done; fails when something stands there. */
export async function create(
  real: string,
  bytes: Uint8Array | string,
  ownership: Ownership,
  attributes: () => Promise<unknown> = async () => {},
): Promise<void> {
  const handle = await fs.open(real, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await attributes()
    if (ownership.uid !== undefined && ownership.gid !== undefined)
      await handle.chown(ownership.uid, ownership.gid)
    await handle.chmod(ownership.mode)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await syncDirectory(path.dirname(real))
}

/** What a file system without hard links says, and the kernel of links to files of others. */
const NO_LINKS = ['EPERM', 'EACCES', 'EMLINK', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']

/** Gives a file a second name, or a copy under it where the file system knows no hard links. */
export async function duplicate(from: string, to: string): Promise<void> {
  try {
    await fs.link(from, to)
  } catch (error) {
    if (!hasErrno(error) || !NO_LINKS.includes(error.code ?? '')) throw error
    const { mode, uid, gid } = await fs.stat(from)
    return await create(to, await fs.readFile(from), { mode: mode & 0o7777, uid, gid })
  }
  await syncDirectory(path.dirname(to))
}

/** Gives a file a second name in one step: fails to where that name is taken, or the file itself gone. */
export async function linkOnce(from: string, to: string): Promise<'linked' | 'taken' | 'gone'> {
  try {
    await fs.link(from, to)
    return 'linked'
  } catch (error) {
    if (!hasErrno(error) || !['EEXIST', 'ENOENT'].includes(error.code ?? '')) throw error
    return error.code === 'EEXIST' ? 'taken' : 'gone'
  }
}

/** A directory under a name that is short enough for a socket in it (107 bytes, unix(7)). */
export async function shortName(real: string): Promise<{ path: string; close: () => Promise<void> }> {
  if (Buffer.byteLength(real) < 80) return { path: real, close: async () => {} }
  const handle = await fs.open(real, 'r')
  return { path: `/proc/self/fd/${handle.fd}`, close: () => handle.close() }
}

export async function removeDurably(real: string): Promise<void> {
  if ((await maybe(fs.lstat(real))) === undefined) return
  await fs.rm(real, { force: true })
  await syncDirectory(path.dirname(real))
}

export async function makeAll(real: string, mode: number, attempts = 10): Promise<string[]> {
  if ((await maybe(fs.lstat(real))) !== undefined) return []
  const parents = await makeAll(path.dirname(real), mode)
  try {
    await fs.mkdir(real, mode)
  } catch (error) {
    const code = hasErrno(error) ? error.code : undefined
    if (code === 'EEXIST') return parents
    // Whoever had made the directory above has removed it meanwhile.
    if (code !== 'ENOENT' || attempts === 1) throw error
    return [...new Set([...(await makeAll(real, mode, attempts - 1)), ...parents])]
  }
  // Again, for the umask takes bits away from what mkdir is given.
  await fs.chmod(real, mode)
  await syncDirectory(path.dirname(real))
  return [real, ...parents]
}

export async function removeIfEmpty(real: string): Promise<boolean> {
  const removed = fs.rmdir(real).then(() => true)
  return (await maybe(removed, ['ENOTEMPTY', 'EEXIST', 'ENOENT'])) ?? false
}

/** Takes from a directory what others than its owner may do there. */
export async function closeToOthers(real: string): Promise<void> {
  const { mode } = await fs.stat(real)
  if ((mode & 0o077) !== 0) await fs.chmod(real, mode & 0o7700)
}

/** Renames for good: the new name survives a power cut. */
export async function move(from: string, to: string): Promise<void> {
  await fs.rename(from, to)
  await syncDirectory(path.dirname(to))
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await fs.open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
