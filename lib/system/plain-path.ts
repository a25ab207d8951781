/** Absolute paths that are already in their shortest form, which most are: they need no parsing. Pure. */
import path from 'node:path'

/** Whether a path is absolute and has no `.`, `..` or empty name in it; the root is not plain. */
export function isPlainPath(file: string): boolean {
  return file.startsWith('/') && !/\/\.{0,2}(\/|$)/.test(file)
}

/** The path on this machine of `file` below `top`, which is absolute; links are not followed. */
export function joinTop(top: string, file: string): string {
  const plain = isPlainPath(file) ? file : path.resolve('/', file)
  if (plain === '/') return top
  return top === '/' ? plain : `${top}${plain}`
}

/** A path on this machine as seen from the root `top`. */
export function seenFrom(top: string, file: string): string {
  if (top === '/') return file
  return file.startsWith(`${top}/`) ? file.slice(top.length) : path.join('/', path.relative(top, file))
}
