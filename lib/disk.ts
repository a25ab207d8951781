/**
 * The disk itself: the only importer of node:fs. Paths are real ones, errors are the system's; files.ts puts the
 * root around it.
 */
import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Failure, hasErrno } from './errors.ts'

export type EntryType = 'file' | 'directory' | 'link' | 'other'

export interface Entry {
  readonly name: string
  readonly type: EntryType
}

/** Facts of a file after following links. `mode` holds the permission bits only. */
export interface FileFacts {
  readonly type: EntryType
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
}

export interface Ownership {
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
}

/** A name beside a file or directory that nobody else uses, hidden, and told as ours. */
export function temporaryName(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.regmirror-${randomBytes(6).toString('hex')}`)
}

/**
 * Runs `use` with a private folder that holds the given files, and removes the folder afterwards.
 * For what a program has to be shown on disk before the node may see it.
 */
export async function withScratch<T>(
  files: Readonly<Record<string, string>>,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await fs.mkdtemp(path.join(tmpdir(), 'regmirror-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      await fs.writeFile(path.join(directory, name), text, { mode: 0o600 })
    }
    return await use(directory)
  } finally {
    await fs.rm(directory, { recursive: true, force: true })
  }
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
  return await fs.readFile(real)
}

/** What stands at a path, links not followed; undefined when nothing does. */
export async function factsOf(real: string): Promise<FileFacts | undefined> {
  const stat = await maybe(fs.lstat(real))
  if (stat === undefined) return undefined
  return { type: typeOf(stat), mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, size: stat.size }
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

export async function replace(real: string, bytes: Uint8Array | string, ownership: Ownership): Promise<void> {
  const directory = path.dirname(real)
  const temporary = temporaryName(real)
  const handle = await fs.open(temporary, 'wx', 0o600)
  try {
    try {
      await handle.writeFile(bytes)
      if (ownership.uid !== undefined && ownership.gid !== undefined)
        await handle.chown(ownership.uid, ownership.gid)
      await handle.chmod(ownership.mode)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await fs.rename(temporary, real)
  } catch (error) {
    await fs.rm(temporary, { force: true })
    throw error
  }
  await syncDirectory(directory)
}

export async function removeDurably(real: string): Promise<void> {
  await fs.rm(real, { force: true })
  await syncDirectory(path.dirname(real))
}

export async function makeAll(real: string, mode: number): Promise<string[]> {
  if ((await maybe(fs.lstat(real))) !== undefined) return []
  const parents = await makeAll(path.dirname(real), mode)
  await fs.mkdir(real)
  await fs.chmod(real, mode)
  await syncDirectory(path.dirname(real))
  return [real, ...parents]
}

export async function removeIfEmpty(real: string): Promise<boolean> {
  try {
    await fs.rmdir(real)
    return true
  } catch (error) {
    if (hasErrno(error) && ['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code ?? '')) return false
    throw error
  }
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

async function maybe<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (hasErrno(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
    throw error
  }
}
