/** Symbolic links inside a tree, followed as if its top were `/`. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'

/** As many as Linux follows. */
export const MAX_LINKS = 40

/** Where a link points; undefined for what is not a link. */
export type ReadLink = (file: string) => Promise<string | undefined>

/** The path on disk of `file` as seen from `top`, links followed inside `top`. The last part may not exist. */
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

/** The names in a path, in the order in which they are walked. */
export function splitPath(file: string): string[] {
  return file.split('/').filter(step => step !== '' && step !== '.')
}

export function linkLeavesRoot(file: string): Failure {
  const message = 'a link leads out of the root directory'
  return new Failure('io', [{ file, message, hint: 'make it point below' }])
}

export function linkLoop(file: string): Failure {
  return new Failure('io', [{ file, message: 'links lead in a circle', hint: 'remove the loop' }])
}
