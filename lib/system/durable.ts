/**
 * Changes of the disk that last: what is done has survived a power cut. Paths are real ones, errors are the system's;
 * files.ts puts the root around them.
 */
import { constants } from 'node:fs'
import fs, { type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { hasErrno } from '../model/errors.ts'
import { lstatFacts, readEntries } from './disk.ts'
import { ignoreErrno } from './errno.ts'
import type { Ownership } from './file-facts.ts'
import { temporaryName } from './temporary-name.ts'

/** Copies what a file carries besides bytes, mode and owner: SELinux label, ACL, extended attributes. */
export type CopyAttributes = (from: string, to: string) => Promise<void>

/** Creates a file that is whole and on disk when it is done, or leaves none; fails when something stands there, links too. */
export async function createFile(
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
  } catch (error) {
    await fs.rm(real, { force: true }).catch(() => {})
    throw error
  } finally {
    await handle.close()
  }
  await syncDirectory(path.dirname(real))
}

/** O_TMPFILE of open(2), whose own bit Node does not name (asm-generic/fcntl.h@v6.12). */
const NAMELESS = 0o20000000 | constants.O_DIRECTORY | constants.O_RDWR

/** Opens a new file that no directory knows: it goes with its last descriptor. */
export async function openUnnamedFile(directory: string, bytes: string): Promise<FileHandle> {
  const handle = await fs.open(directory, NAMELESS, 0o600)
  try {
    await handle.writeFile(bytes)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** What a file system without hard links says, and the kernel of links to files of others. */
const NO_LINKS = ['EPERM', 'EACCES', 'EMLINK', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']

/** Gives a file a second name, or a copy under it where the file system knows no hard links. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await fs.link(from, to)
  } catch (error) {
    if (!hasErrno(error) || !NO_LINKS.includes(error.code ?? '')) throw error
    const { mode, uid, gid } = await fs.stat(from)
    return await createFile(to, await fs.readFile(from), { mode: mode & 0o7777, uid, gid })
  }
  await syncDirectory(path.dirname(to))
}

/** Gives a file a second name in one step: fails to where that name is taken, or the file itself gone. */
export async function linkIfFree(from: string, to: string): Promise<'linked' | 'taken' | 'gone'> {
  try {
    await fs.link(from, to)
    return 'linked'
  } catch (error) {
    if (!hasErrno(error) || !['EEXIST', 'ENOENT'].includes(error.code ?? '')) throw error
    return error.code === 'EEXIST' ? 'taken' : 'gone'
  }
}

export async function removeFile(real: string): Promise<void> {
  if ((await ignoreErrno(fs.lstat(real))) === undefined) return
  await fs.rm(real, { force: true })
  await syncDirectory(path.dirname(real))
}

/** Directories above what regmirror writes belong to everybody: other services of the node go through them. */
const PARENT_MODE = 0o755

/** Creates a directory with this mode, and those above it with 0755; returns those it made, deepest first. */
export async function makeDirectories(real: string, mode: number, attempts = 10): Promise<string[]> {
  if ((await ignoreErrno(fs.lstat(real))) !== undefined) return []
  const parents = await makeDirectories(path.dirname(real), PARENT_MODE)
  try {
    await fs.mkdir(real, mode)
  } catch (error) {
    const code = hasErrno(error) ? error.code : undefined
    if (code === 'EEXIST') return parents
    // Whoever had made the directory above has removed it meanwhile.
    if (code !== 'ENOENT' || attempts === 1) throw error
    return [...new Set([...(await makeDirectories(real, mode, attempts - 1)), ...parents])]
  }
  // Again, for the umask takes bits away from what mkdir is given.
  await fs.chmod(real, mode)
  await syncDirectory(path.dirname(real))
  return [real, ...parents]
}

export async function removeEmptyDirectory(real: string): Promise<boolean> {
  const removed = fs.rmdir(real).then(() => true)
  return (await ignoreErrno(removed, ['ENOTEMPTY', 'EEXIST', 'ENOENT'])) ?? false
}

export async function setOwnership(real: string, { mode, uid, gid }: Required<Ownership>): Promise<void> {
  await fs.lchown(real, uid, gid)
  await fs.chmod(real, mode)
}

/** Renames for good: the new name survives a power cut. */
async function renameDurably(from: string, to: string): Promise<void> {
  await fs.rename(from, to)
  await syncDirectory(path.dirname(to))
}

export async function replaceFile(
  real: string,
  bytes: Uint8Array | string,
  ownership: Ownership,
): Promise<void> {
  const temporary = temporaryName(real)
  try {
    await createFile(temporary, bytes, ownership)
    await renameDurably(temporary, real)
  } catch (error) {
    // What went wrong first is what is told.
    await removeFile(temporary).catch(() => {})
    throw error
  }
}

export async function restrictToOwner(real: string): Promise<void> {
  const facts = await lstatFacts(real)
  if (facts && (facts.mode & 0o077) !== 0) await setOwnership(real, { ...facts, mode: facts.mode & 0o7700 })
}

/**
 * A directory of a lower layer of an overlay cannot be renamed (EXDEV without redirect_dir); the files in it can. May
 * be cut off and done again.
 */
export async function moveTree(from: string, to: string): Promise<void> {
  try {
    return await renameDurably(from, to)
  } catch (error) {
    const facts = hasErrno(error) && error.code === 'EXDEV' ? await lstatFacts(from) : undefined
    if (facts?.type !== 'directory') throw error
    await makeDirectories(to, facts.mode)
  }
  for (const { name } of (await readEntries(from)) ?? [])
    await renameDurably(path.join(from, name), path.join(to, name))
  await removeEmptyDirectory(from)
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await fs.open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
