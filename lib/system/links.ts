/** Symbolic links inside a tree, followed as if its top were `/`. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'

/** The limit of Linux (path_resolution(7)). */
export const MAX_LINKS = 40

/** The target of a link; undefined for anything else. */
export type ReadLink = (file: string) => Promise<string | undefined>

/** The path on this machine of `file` below `top`, links followed inside `top`. The path need not exist. */
export async function followLinks(top: string, file: string, readLink: ReadLink): Promise<string> {
  let todo = splitPath(path.resolve('/', file))
  let done: string[] = []
  let links = 0
  while (todo.length > 0) {
    const part = todo.shift() as string
    if (part === '..') {
      if (done.length === 0) throw linkLeavesRoot(file)
      done.pop()
      continue
    }
    const link = await readLink(path.join(top, ...done, part))
    if (link === undefined) {
      done.push(part)
      continue
    }
    links += 1
    if (links > MAX_LINKS) throw linkLoop(file)
    if (link.startsWith('/')) done = []
    todo = [...splitPath(link), ...todo]
  }
  return path.join(top, ...done)
}

/** The names in a path, in order. */
export function splitPath(file: string): string[] {
  return file.split('/').filter(name => name !== '' && name !== '.')
}

export function linkLeavesRoot(file: string): Failure {
  const message = 'a link points outside the root directory'
  return new Failure('io', [{ file, message, hint: 'make it point inside' }])
}

export function linkLoop(file: string): Failure {
  return new Failure('io', [{ file, message: 'links form a loop', hint: 'remove one of them' }])
}
