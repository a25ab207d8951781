/** What a file system tells of a file without opening it. Pure. */
export type EntryType = 'file' | 'directory' | 'link' | 'other'

/** `mode` holds the permission bits only, `changed` is ms since 1970. */
export interface FileFacts {
  readonly type: EntryType
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly changed: number
  /** Device and inode: two paths with the same identity lead to one file. */
  readonly identity: string
}

/** As much of a stat(2) of Node's as is used. */
type Stat = Kinds & Record<'mode' | 'uid' | 'gid' | 'size' | 'mtimeMs' | 'dev' | 'ino', number>

export function factsIn(stat: Stat): FileFacts {
  const { mode, uid, gid, size, mtimeMs: changed, dev, ino } = stat
  return { type: typeOf(stat), mode: mode & 0o7777, uid, gid, size, changed, identity: `${dev}:${ino}` }
}

type Kinds = Record<'isFile' | 'isDirectory' | 'isSymbolicLink', () => boolean>

export function typeOf(kinds: Kinds): EntryType {
  if (kinds.isFile()) return 'file'
  if (kinds.isDirectory()) return 'directory'
  return kinds.isSymbolicLink() ? 'link' : 'other'
}

/** For people. */
export function nameOf(kinds: Kinds): string {
  return { file: 'a file', directory: 'a directory', link: 'a link', other: 'a special file' }[typeOf(kinds)]
}
