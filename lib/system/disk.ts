/**
 * The disk as it is: reads, and changes nothing; durable.ts does that. Paths are
 * real ones, errors are the system's; files.ts puts the root around them.
 */
import { constants } from 'node:fs'
import fs, { type FileHandle } from 'node:fs/promises'
import { ignoreErrno } from './errno.ts'
import {
  type Entry,
  type FileFacts,
  factsFrom,
  type HeldFile,
  refuseLong,
  refuseUnreadable,
  typeOf,
} from './file-facts.ts'

export async function readLink(file: string): Promise<string | undefined> {
  const stat = await ignoreErrno(fs.lstat(file))
  return stat?.isSymbolicLink() ? await fs.readlink(file) : undefined
}

/** Bytes of a regular file of at most `limit` bytes; undefined when nothing stands there. Messages name `file`. */
export async function readBounded(real: string, file: string, limit: number): Promise<Buffer | undefined> {
  const stat = await ignoreErrno(fs.lstat(real))
  if (stat === undefined) return undefined
  refuseUnreadable(stat, file, limit)
  // Another may stand there by now: what was opened is checked again.
  const handle = await ignoreErrno(fs.open(real, constants.O_NOFOLLOW | constants.O_NONBLOCK))
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
export async function lstatFacts(real: string): Promise<FileFacts | undefined> {
  const stat = await ignoreErrno(fs.lstat(real))
  return stat && factsFrom(stat)
}

/** open(2): holds a file without opening it: no device acts, no pipe waits. The same number wherever Node runs on Linux. */
const O_PATH = 0o10000000

/** Holds what stands at a path, a final link itself; undefined when nothing does. Needs /proc. */
export function holdFile(real: string, flags = 0): Promise<HeldFile | undefined> {
  return heldFile(fs.open(real, O_PATH | constants.O_NOFOLLOW | flags))
}

/** Holds a directory, mounted if it is an automount's (open(2): O_PATH alone mounts nothing); undefined for all else. */
export const holdDirectory = (real: string) => holdFile(real, constants.O_DIRECTORY)

async function heldFile(opening: Promise<FileHandle>): Promise<HeldFile | undefined> {
  const handle = await ignoreErrno(opening)
  if (handle === undefined) return undefined
  const name = `/proc/self/fd/${handle.fd}`
  const writes = () => fs.access(name, constants.W_OK).then(() => true)
  return {
    path: name,
    facts: factsFrom(await handle.stat()),
    read: async (file, limit) => readHandle(await fs.open(name, constants.O_NONBLOCK), file, limit),
    isReadOnly: async () => (await ignoreErrno(writes(), ['EROFS'])) === undefined,
    close: () => handle.close(),
  }
}

/**
 * Facts of the file that the kernel finds at a path: through links of /proc/PID also one that has lost its name or stands
 * in another mount namespace. Throws the system's errors.
 */
export async function statFacts(real: string): Promise<FileFacts> {
  return factsFrom(await fs.stat(real))
}

/** Differs once a file, links followed, is another one or has other bytes; undefined where there is none. */
export async function readStamp(real: string): Promise<string | undefined> {
  const stat = await ignoreErrno(fs.stat(real))
  return stat && [stat.dev, stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join()
}

export async function readEntries(directory: string): Promise<readonly Entry[] | undefined> {
  const found = await ignoreErrno(fs.readdir(directory, { withFileTypes: true }))
  const entries = found?.map(entry => ({ name: entry.name, type: typeOf(entry) }))
  return entries?.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A directory under a name that is short enough for a socket in it (107 bytes, unix(7)). */
export async function openShortPath(real: string): Promise<{ path: string; close: () => Promise<void> }> {
  if (Buffer.byteLength(real) < 80) return { path: real, close: async () => {} }
  const handle = await fs.open(real, 'r')
  return { path: `/proc/self/fd/${handle.fd}`, close: () => handle.close() }
}
