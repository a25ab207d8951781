/**
 * Reads the disk; write-disk.ts changes it. Paths are those of this machine and errors those of the system; reader.ts adds the
 * root directory and Failures.
 */
import { constants, readFileSync } from 'node:fs'
import { calls, type Handle } from './calls.ts'
import { ignoreErrno } from './errno.ts'
import {
  type Entry,
  type FileFacts,
  type FoundFile,
  factsFrom,
  type HeldFile,
  refuseLong,
  refuseUnreadable,
  typeOf,
} from './file-facts.ts'

/** The target of a symbolic link; undefined for anything else. */
export async function readLink(file: string): Promise<string | undefined> {
  const stat = await calls().lstat(file)
  return stat?.isSymbolicLink() ? await calls().readlink(file) : undefined
}

/** The bytes of a regular file of at most `limit` bytes; undefined when there is none. Messages name `file`. */
export async function readBounded(real: string, file: string, limit: number): Promise<Buffer | undefined> {
  const facts = await lstatFacts(real)
  return facts && (await readFound(real, facts, file, limit))?.bytes
}

/** The file at a path, where its facts were read just now; with the mode and the owner of the file that was read. */
export async function readFound(
  real: string,
  facts: FileFacts,
  file: string,
  limit: number,
): Promise<FoundFile | undefined> {
  refuseUnreadable(facts, file, limit)
  // The path may hold another file by now, so the open file is checked again.
  const handle = await ignoreErrno(calls().open(real, constants.O_NOFOLLOW | constants.O_NONBLOCK))
  return handle && (await readHandle(handle, file, limit))
}

/** Closes the handle. */
async function readHandle(handle: Handle, file: string, limit: number): Promise<FoundFile> {
  try {
    const stat = await handle.stat()
    const facts = factsFrom(stat)
    refuseUnreadable(facts, file, limit)
    const bytes = await readToEnd(handle, stat.size, limit)
    refuseLong(bytes.length, file, limit)
    const { mode, uid, gid, changed } = facts
    return { bytes, ownership: { mode, uid, gid }, changed }
  } finally {
    await handle.close()
  }
}

/** At most what is read at a time of a file whose size says nothing, as in /proc. */
const CHUNK = 64 * 1024

/** Reads one byte more than `limit`, because a file may grow while it is read. */
async function readToEnd(handle: Handle, size: number, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let left = limit + 1; left > 0; ) {
    const chunk = Buffer.allocUnsafe(Math.min(left, chunks.length === 0 && size > 0 ? size + 1 : CHUNK))
    const { bytesRead } = await handle.read(chunk, 0, chunk.length)
    if (bytesRead === 0) break
    chunks.push(chunk.subarray(0, bytesRead))
    left -= bytesRead
    // A file has no more bytes where a read ends at its size and before the end of the buffer; one in /proc has no size.
    if (bytesRead === size && bytesRead < chunk.length) break
  }
  const [only = Buffer.alloc(0)] = chunks
  return chunks.length === 1 ? only : Buffer.concat(chunks)
}

/** Facts of a path, a final link not followed; undefined when it does not exist. */
export async function lstatFacts(real: string): Promise<FileFacts | undefined> {
  const stat = await calls().lstat(real)
  return stat && factsFrom(stat)
}

/** O_PATH of open(2) holds a file without opening it: devices do not act, pipes do not block. The value is the same on every Linux. */
const O_PATH = 0o10000000

/** Holds what is at a path, a final link itself; undefined when it does not exist. Needs /proc. */
export function holdFile(real: string, flags = 0): Promise<HeldFile | undefined> {
  return heldFile(calls().open(real, O_PATH | constants.O_NOFOLLOW | flags))
}

/** Holds a directory, and mounts an automount, which O_PATH alone does not (open(2)); undefined for anything else. */
export const holdDirectory = (real: string) => holdFile(real, constants.O_DIRECTORY)

async function heldFile(opening: Promise<Handle>): Promise<HeldFile | undefined> {
  const handle = await ignoreErrno(opening)
  if (handle === undefined) return undefined
  const name = `/proc/self/fd/${handle.fd}`
  const checkWritable = () =>
    calls()
      .access(name, constants.W_OK)
      .then(() => true)
  return {
    path: name,
    facts: factsFrom(await handle.stat()),
    read: async (file, limit) =>
      (await readHandle(await calls().open(name, constants.O_NONBLOCK), file, limit)).bytes,
    isReadOnly: async () => (await ignoreErrno(checkWritable(), ['EROFS'])) === undefined,
    close: () => handle.close(),
  }
}

/**
 * Facts of the file that the kernel finds at a path, links followed. Through /proc/PID that may be a deleted file, or one
 * of another mount namespace. Throws the errors of the system.
 */
export async function statFacts(real: string): Promise<FileFacts> {
  return factsFrom(await calls().stat(real))
}

/** A text that changes when the file at a path, links followed, or its content changes; undefined when there is none. */
export async function readStamp(real: string): Promise<string | undefined> {
  const stat = await ignoreErrno(calls().stat(real))
  return stat && [stat.dev, stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join()
}

/** The entries of a directory, sorted by name; undefined when there is no such directory. */
export async function readEntries(directory: string): Promise<readonly Entry[] | undefined> {
  const found = await ignoreErrno(calls().readdir(directory))
  const entries = found?.map(entry => ({ name: entry.name, type: typeOf(entry) }))
  return entries?.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * A text of /proc that the kernel writes from its own memory, such as the name of a process. A blocking call takes
 * microseconds; one through a thread takes ten times as long. Throws the errors of the system.
 */
export function readKernelText(file: string): string {
  return readFileSync(file, 'utf8')
}

/** A path to a directory that is short enough for a socket in it (107 bytes, unix(7)). */
export async function openShortPath(real: string): Promise<{ path: string; close: () => Promise<void> }> {
  if (Buffer.byteLength(real) < 80) return { path: real, close: async () => {} }
  const handle = await calls().open(real, 'r')
  return { path: `/proc/self/fd/${handle.fd}`, close: () => handle.close() }
}
