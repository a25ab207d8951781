/**
 * Everything that touches a file system, and the only importer of node:fs.
 *
 * A Reader sees the tree under one root as if the root were `/`: absolute links are followed inside it and
 * links that leave it are refused. A Writer can change it too. Whoever is handed a Reader cannot write.
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

export interface Reader {
  /** The root as given, `/` for the running node. */
  readonly root: string
  /** Bytes of a regular file; undefined when there is none. Fails on directories, devices and over `limit` bytes. */
  read(file: string, limit?: number): Promise<Buffer | undefined>
  /** Facts of what stands at the path; undefined when nothing does. */
  facts(file: string): Promise<FileFacts | undefined>
  /** Names and types in a directory, sorted by name; undefined when there is none. */
  entries(directory: string): Promise<readonly Entry[] | undefined>
  /** The path with every link followed, still as seen from the root. */
  real(file: string): Promise<string>
}

export interface Ownership {
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
}

export interface Writer extends Reader {
  /** Replaces or creates a file in one step: readers see the old bytes or the new, also after a power cut. */
  write(file: string, bytes: Uint8Array | string, ownership: Ownership): Promise<void>
  remove(file: string): Promise<void>
  /** Creates a directory and its parents with `mode` whatever the umask; returns those it made, deepest first. */
  makeDirectory(directory: string, mode: number): Promise<readonly string[]>
  /** Removes a directory if nothing is left in it; says whether it did. */
  removeEmptyDirectory(directory: string): Promise<boolean>
  rename(from: string, to: string): Promise<void>
}

const MAX_LINKS = 40
const DEFAULT_LIMIT = 16 * 1024 * 1024

/** A Writer on the tree under `root` (an existing directory). */
export function openTree(root: string): Writer {
  const top = path.resolve(root)
  const at = (file: string) => follow(top, file)
  return {
    root: top,
    read: async (file, limit = DEFAULT_LIMIT) =>
      orFail('read', file, async () => {
        const bytes = await readBounded(await at(file), file, limit)
        if (bytes === undefined) await refuseDangling(top, file)
        return bytes
      }),
    facts: file => orFail('look at', file, async () => factsOf(await maybe(fs.lstat(await at(file))))),
    entries: directory => orFail('list', directory, async () => entriesOf(await at(directory))),
    real: async file => orFail('follow', file, async () => inside(top, await at(file))),
    write: (file, bytes, ownership) =>
      orFail('write', file, async () => replace(await at(file), bytes, ownership)),
    remove: file => orFail('remove', file, async () => removeDurably(await at(file))),
    makeDirectory: (directory, mode) =>
      orFail('create', directory, async () => {
        const made = await makeAll(await at(directory), mode)
        return made.map(real => inside(top, real))
      }),
    removeEmptyDirectory: directory =>
      orFail('remove', directory, async () => removeIfEmpty(await at(directory))),
    rename: (from, to) =>
      orFail('rename', from, async () => {
        const target = await at(to)
        await fs.rename(await at(from), target)
        await syncDirectory(path.dirname(target))
      }),
  }
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

/** The path on disk of `file` as seen from `top`, links followed inside `top`. The last part may not exist. */
async function follow(top: string, file: string): Promise<string> {
  let todo = path.resolve('/', file).split('/').filter(Boolean)
  let done: string[] = []
  let links = 0
  while (todo.length > 0) {
    const part = todo.shift() as string
    if (part === '..') {
      if (done.length === 0) throw new Failure('io', [{ file, message: `a link leads out of ${top}` }])
      done.pop()
      continue
    }
    const link = await readLink(path.join(top, ...done, part))
    if (link === undefined) {
      done.push(part)
      continue
    }
    links += 1
    if (links > MAX_LINKS)
      throw new Failure('io', [{ file, message: 'links lead in a circle', hint: 'remove the loop' }])
    if (link.startsWith('/')) done = []
    todo = [...link.split('/').filter(step => step !== '' && step !== '.'), ...todo]
  }
  return path.join(top, ...done)
}

async function readLink(file: string): Promise<string | undefined> {
  const stat = await maybe(fs.lstat(file))
  return stat?.isSymbolicLink() ? await fs.readlink(file) : undefined
}

function inside(top: string, file: string): string {
  return path.join('/', path.relative(top, file))
}

async function readBounded(real: string, file: string, limit: number): Promise<Buffer | undefined> {
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

/** A link to nothing is somebody's mistake, not an absent file: writing there would surprise them. */
async function refuseDangling(top: string, file: string): Promise<void> {
  const directory = await follow(top, path.dirname(file))
  const link = await readLink(path.join(directory, path.basename(file)))
  if (link === undefined) return
  throw new Failure('io', [
    { file, message: `is a link to ${link}, which is not there`, hint: 'repair or remove the link' },
  ])
}

function factsOf(stat: Stats | undefined): FileFacts | undefined {
  if (stat === undefined) return undefined
  return { type: typeOf(stat), mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, size: stat.size }
}

async function entriesOf(directory: string): Promise<readonly Entry[] | undefined> {
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

async function replace(real: string, bytes: Uint8Array | string, ownership: Ownership): Promise<void> {
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

async function removeDurably(real: string): Promise<void> {
  await fs.rm(real, { force: true })
  await syncDirectory(path.dirname(real))
}

async function makeAll(real: string, mode: number): Promise<string[]> {
  if ((await maybe(fs.lstat(real))) !== undefined) return []
  const parents = await makeAll(path.dirname(real), mode)
  await fs.mkdir(real)
  await fs.chmod(real, mode)
  await syncDirectory(path.dirname(real))
  return [real, ...parents]
}

async function removeIfEmpty(real: string): Promise<boolean> {
  try {
    await fs.rmdir(real)
    return true
  } catch (error) {
    if (hasErrno(error) && ['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code ?? '')) return false
    throw error
  }
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

const WORDS: Readonly<Record<string, readonly [message: string, hint?: string]>> = {
  EACCES: ['permission denied', 'run it as root'],
  EPERM: ['not permitted', 'run it as root'],
  EROFS: ['the file system is read-only', 'remount it or choose another --root'],
  ENOSPC: ['no space is left on the device', 'free some and run again'],
  EDQUOT: ['the disk quota is used up', 'free some and run again'],
  ENOTDIR: ['a part of the path is not a directory'],
  EISDIR: ['it is a directory', 'move it away'],
  ENAMETOOLONG: ['the name is too long'],
  EMFILE: ['too many files are open', 'raise the limit on open files'],
  EIO: ['the disk reports an error', 'check the disk'],
}

async function orFail<T>(verb: string, file: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!hasErrno(error)) throw error
    const [message, hint] = WORDS[error.code ?? ''] ?? [`the system says ${error.code}`]
    throw new Failure('io', [{ file, message: `cannot ${verb} it: ${message}`, hint }])
  }
}
