/**
 * Changes to the disk that survive a power cut, once they are flushed. Paths are those of this machine and errors those of the system; writer.ts
 * adds the root directory and Failures.
 */
import { constants } from 'node:fs'
import path from 'node:path'
import { hasErrno } from '../model/errors.ts'
import { calls, type Handle } from './calls.ts'
import { ignoreErrno } from './errno.ts'
import type { Ownership } from './file-facts.ts'
import { type Flush, flushNow } from './flushes.ts'
import { makeDirectories, removeEmptyDirectory } from './make-directories.ts'
import { lstatFacts, readEntries } from './read-disk.ts'
import { temporaryName } from './temporary-name.ts'

/** Copies SELinux label, ACL and extended attributes. */
export type CopyAttributes = (from: string, to: string) => Promise<void>

/** Creates a file, complete, or none. Fails when the path exists, also as a link. */
export async function createFile(
  real: string,
  bytes: Uint8Array | string,
  ownership: Ownership,
  flush: Flush = flushNow,
  attributes?: () => Promise<unknown>,
): Promise<void> {
  await createContent(real, bytes, ownership, flush, attributes)
  await flush(path.dirname(real))
}

/** The same, but its name may be lost in a power cut. */
async function createContent(
  real: string,
  bytes: Uint8Array | string,
  ownership: Ownership,
  flush: Flush,
  attributes: () => Promise<unknown> = async () => {},
): Promise<void> {
  const handle = await calls().open(real, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await attributes()
    if (ownership.uid !== undefined && ownership.gid !== undefined)
      await handle.chown(ownership.uid, ownership.gid)
    await handle.chmod(ownership.mode)
    await flush(real, handle)
  } catch (error) {
    await calls()
      .unlink(real)
      .catch(() => {})
    throw error
  } finally {
    await handle.close()
  }
}

/** O_TMPFILE of open(2); Node does not name its own bit (asm-generic/fcntl.h@v6.12). */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY

/** Opens a new file without a name: it is gone when its last descriptor is closed. */
export async function openUnnamedFile(directory: string, bytes: string): Promise<Handle> {
  const handle = await calls().open(directory, O_TMPFILE | constants.O_RDWR, 0o600)
  try {
    await handle.writeFile(bytes)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Errors of a file system without hard links, and of a kernel that protects the files of other users. */
const NO_LINKS = ['EPERM', 'EACCES', 'EMLINK', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']

/** Creates a hard link, or a copy where the file system has no hard links. */
export async function linkOrCopy(from: string, to: string, flush: Flush): Promise<void> {
  try {
    await calls().link(from, to)
  } catch (error) {
    if (!hasErrno(error) || !NO_LINKS.includes(error.code ?? '')) throw error
    const { mode, uid, gid } = await calls().stat(from)
    return await createFile(to, await calls().readFile(from), { mode: mode & 0o7777, uid, gid }, flush)
  }
  await flush(path.dirname(to))
}

/** Creates a hard link in one step, unless the new name is taken or the file is gone. */
export async function linkIfFree(from: string, to: string): Promise<'linked' | 'taken' | 'gone'> {
  try {
    await calls().link(from, to)
    return 'linked'
  } catch (error) {
    if (!hasErrno(error) || !['EEXIST', 'ENOENT'].includes(error.code ?? '')) throw error
    return error.code === 'EEXIST' ? 'taken' : 'gone'
  }
}

export async function removeFile(real: string, flush: Flush = flushNow): Promise<void> {
  if ((await calls().lstat(real)) === undefined) return
  await ignoreErrno(calls().unlink(real))
  await flush(path.dirname(real))
}

/** Removes the socket of a process. Not flushed: after a power cut no process listens on it. */
export async function removeSocket(real: string): Promise<void> {
  await ignoreErrno(calls().unlink(real))
}

export async function setOwnership(real: string, { mode, uid, gid }: Required<Ownership>): Promise<void> {
  await calls().lchown(real, uid, gid)
  await calls().chmod(real, mode)
}

async function renameDurably(from: string, to: string, flush: Flush = flushNow): Promise<void> {
  await calls().rename(from, to)
  await flush(path.dirname(to))
}

export async function replaceFile(
  real: string,
  bytes: Uint8Array | string,
  ownership: Ownership,
): Promise<void> {
  const temporary = temporaryName(real)
  try {
    await createContent(temporary, bytes, ownership, flushNow)
    await renameDurably(temporary, real)
  } catch (error) {
    // The first error is the one to report.
    await removeFile(temporary).catch(() => {})
    throw error
  }
}

/** Removes the permissions of group and others. */
export async function restrictToOwner(real: string): Promise<void> {
  const facts = await lstatFacts(real)
  if (facts && (facts.mode & 0o077) !== 0) await setOwnership(real, { ...facts, mode: facts.mode & 0o7700 })
}

/**
 * Renames a file or directory. A directory of a lower overlay layer cannot be renamed (EXDEV without redirect_dir), but
 * its files can. May be cut off and run again.
 */
export async function moveTree(from: string, to: string, flush: Flush): Promise<void> {
  try {
    return await renameDurably(from, to, flush)
  } catch (error) {
    const facts = hasErrno(error) && error.code === 'EXDEV' ? await lstatFacts(from) : undefined
    if (facts?.type !== 'directory') throw error
    await makeDirectories(to, facts.mode, flush)
  }
  for (const { name } of (await readEntries(from)) ?? [])
    await renameDurably(path.join(from, name), path.join(to, name), flush)
  await removeEmptyDirectory(from)
}
