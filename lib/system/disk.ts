/**
 * The disk itself: the only importer of node:fs. Paths are real ones, errors are the system's; files.ts puts the
 * root around it.
 */
import sync, { type Stats } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { Failure, hasErrno } from '../errors.ts'

/** For our own streams: what is written to them is written when the call returns. */
export const { constants, fstatSync, openSync, writeSync } = sync

export type EntryType = 'file' | 'directory' | 'link' | 'other'

export interface Entry {
  readonly name: string
  readonly type: EntryType
}

/** Facts of a file after following links. `mode` holds the permission bits only, `changed` is ms since 1970. */
export interface FileFacts {
  readonly type: EntryType
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly changed: number
}

export interface Ownership {
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
}

export async function readLink(file: string): Promise<string | undefined> {
  const stat = await maybe(fs.lstat(file))
  return stat?.isSymbolicLink() ? await fs.readlink(file) : undefined
}

export async function readBounded(real: string, file: string, limit: number): Promise<Buffer | undefined> {
  const stat = await maybe(fs.lstat(real))
  if (stat === undefined) return undefined
  if (!stat.isFile()) {
    throw new Failure('io', [{ file, message: `is ${nameOf(stat)}, not a file`, hint: 'move it away' }])
  }
  if (stat.size > limit) {
    const message = `is ${stat.size} bytes long, more than the ${limit} that are read`
    throw new Failure('io', [{ file, message, hint: 'check that it is the file you mean' }])
  }
  // It may go between the two calls.
  return await maybe(fs.readFile(real))
}

/** What stands at a path, links not followed; undefined when nothing does. */
export async function factsOf(real: string): Promise<FileFacts | undefined> {
  const stat = await maybe(fs.lstat(real))
  if (stat === undefined) return undefined
  const { mode, uid, gid, size, mtimeMs: changed } = stat
  return { type: typeOf(stat), mode: mode & 0o7777, uid, gid, size, changed }
}

export async function entriesOf(directory: string): Promise<readonly Entry[] | undefined> {
  const found = await maybe(fs.readdir(directory, { withFileTypes: true }))
  if (found === undefined) return undefined
  return found
    .map(entry => ({ name: entry.name, type: typeOf(entry) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

type Kinds = Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink'>

function typeOf(kinds: Kinds): EntryType {
  if (kinds.isFile()) return 'file'
  if (kinds.isDirectory()) return 'directory'
  return kinds.isSymbolicLink() ? 'link' : 'other'
}

function nameOf(kinds: Kinds): string {
  return { file: 'a file', directory: 'a directory', link: 'a link', other: 'a special file' }[typeOf(kinds)]
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

/** Nothing can stand under a name that is too long. */
const NOTHING = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']

async function maybe<T>(promise: Promise<T>, expected: readonly string[] = NOTHING): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (hasErrno(error) && expected.includes(error.code ?? '')) return undefined
    throw error
  }
}
