/** Paths that a list may contain. Pure. Messages do not repeat a path, for it may be anything. */
import type { Refused } from './refused.ts'

/** ASCII without special characters: no shell, TOML file or terminal interprets such a path. */
export function plainPathProblem(file: string): Refused | undefined {
  if (/^[\w.+@:/ -]*$/.test(file)) return undefined
  return {
    message: 'must be a plain path',
    hint: 'use only letters A-Z and a-z, digits, spaces and . _ - + @ : /',
  }
}

/** The same for an absolute path, which must lead where it is written. */
export function absolutePathProblem(file: string): Refused | undefined {
  const plain = plainPathProblem(file)
  if (plain !== undefined) return plain
  if (!/^\/.*[^/]\/?$/.test(file)) return { message: 'must be an absolute path below "/"' }
  return dotsProblem(file)
}

export function dotsProblem(file: string): Refused | undefined {
  if (!file.split('/').includes('..')) return undefined
  return { message: 'must not contain ".."', hint: 'write the path without it' }
}
