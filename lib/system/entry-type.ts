/** What kind of thing stands at a path. */

export type EntryType = 'file' | 'directory' | 'link' | 'other'

/** As `Stats` and `Dirent` of Node tell it. */
interface Kinds {
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

export function typeOf(kinds: Kinds): EntryType {
  if (kinds.isFile()) return 'file'
  if (kinds.isDirectory()) return 'directory'
  return kinds.isSymbolicLink() ? 'link' : 'other'
}

/** In words. */
export function nameOf(kinds: Kinds): string {
  return { file: 'a file', directory: 'a directory', link: 'a link', other: 'a special file' }[typeOf(kinds)]
}
