/** What regmirror knows of a file beside its bytes. Pure. */
import { Failure } from '../model/errors.ts'

export type EntryType = 'file' | 'directory' | 'link' | 'other'

export interface Entry {
  readonly name: string
  readonly type: EntryType
}

export interface FileFacts {
  readonly type: EntryType
  /** Permission bits only. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  /** The number of hard links. */
  readonly links: number
  /** Milliseconds since 1970. */
  readonly changed: number
  /** Device and inode: two paths with the same identity lead to one file. */
  readonly identity: string
}

export interface Ownership {
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
}

/** A regular file with everything that is needed to put it back. */
export interface FoundFile {
  readonly bytes: Buffer
  readonly ownership: Required<Ownership>
  /** When its bytes were changed last, in milliseconds since 1970. */
  readonly changed: number
}

/** A file that is held by a descriptor: `facts` and `read` are of the same file, even if its path is renamed meanwhile. */
export interface HeldFile {
  /** A path to it for the system, while it is held; longer paths may start with it. */
  readonly path: string
  readonly facts: FileFacts
  read(file: string, limit: number): Promise<Buffer>
  /** Whether its mount is read-only, for root too (access(2), EROFS). */
  isReadOnly(): Promise<boolean>
  close(): Promise<void>
}

/** The part of fs.Stats, and of fs.Dirent, that gives the type. */
interface StatType {
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

export function typeOf(stat: StatType): EntryType {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'directory'
  return stat.isSymbolicLink() ? 'link' : 'other'
}

const TYPES: Readonly<Record<EntryType, string>> = {
  file: 'a file',
  directory: 'a directory',
  link: 'a link',
  other: 'a special file',
}

interface StatNumbers {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly nlink: number
  readonly mtimeMs: number
  readonly dev: number
  readonly ino: number
}

export function factsFrom(stat: StatType & StatNumbers): FileFacts {
  const { mode, uid, gid, size, nlink: links, mtimeMs: changed, dev, ino } = stat
  const identity = `${dev}:${ino}`
  return { type: typeOf(stat), mode: mode & 0o7777, uid, gid, size, links, changed, identity }
}

/** Throws Failure `io` for anything but a regular file of at most `limit` bytes. */
export function refuseUnreadable(
  { type, size }: Pick<FileFacts, 'type' | 'size'>,
  file: string,
  limit: number,
): void {
  if (type !== 'file')
    throw new Failure('io', [{ file, message: `is ${TYPES[type]}, not a file`, hint: 'move it away' }])
  refuseLong(size, file, limit)
}

export function refuseLong(size: number, file: string, limit: number): void {
  if (size <= limit) return
  const message = `is ${size} bytes; the limit is ${limit} bytes`
  throw new Failure('io', [{ file, message, hint: 'check the path' }])
}
