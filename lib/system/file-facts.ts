/** What the disk tells about a file, in our words. Pure. */
import { Failure } from '../model/errors.ts'

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
  /** How many names it has. */
  readonly links: number
  readonly changed: number
  /** Device and inode: two paths with the same identity lead to one file. */
  readonly identity: string
}

export interface Ownership {
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
}

/** Something that is held by a descriptor: what is read is what `facts` describe, whoever renames meanwhile. */
export interface HeldFile {
  /** Its name for the system as long as it is held, also as the start of longer paths. */
  readonly path: string
  readonly facts: FileFacts
  read(file: string, limit: number): Promise<Buffer>
  /** Whether nobody can write it through this mount; root is told so too (access(2), EROFS). */
  isReadOnly(): Promise<boolean>
  close(): Promise<void>
}

/** As much of what node:fs tells about a file as tells its type. */
interface StatType {
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

export function typeOf(kinds: StatType): EntryType {
  if (kinds.isFile()) return 'file'
  if (kinds.isDirectory()) return 'directory'
  return kinds.isSymbolicLink() ? 'link' : 'other'
}

function describeType(kinds: StatType): string {
  return { file: 'a file', directory: 'a directory', link: 'a link', other: 'a special file' }[typeOf(kinds)]
}

/** The rest of it. */
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

/** Refuses what is no file, or a longer one than `limit` bytes. */
export function refuseUnreadable(
  stat: StatType & Pick<StatNumbers, 'size'>,
  file: string,
  limit: number,
): void {
  if (!stat.isFile())
    throw new Failure('io', [{ file, message: `is ${describeType(stat)}, not a file`, hint: 'move it away' }])
  refuseLong(stat.size, file, limit)
}

export function refuseLong(size: number, file: string, limit: number): void {
  if (size <= limit) return
  const message = `is ${size} bytes long, more than the ${limit} that are read`
  throw new Failure('io', [{ file, message, hint: 'check that it is the file you mean' }])
}
