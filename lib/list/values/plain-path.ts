/** What a path in a list may look like. Pure. */
import type { Refused } from './refused.ts'

/**
 * ASCII only: no shell, TOML file or terminal reads anything else into such a path, wherever it is written. Messages do
 * not repeat it, for it may be anything.
 */
export function plainPathProblem(file: string): Refused | undefined {
  if (!/^[\w.+@:/ -]*$/.test(file)) {
    return {
      message: 'must be a plain path',
      hint: 'use only letters A-Z and a-z, digits, spaces and . _ - + @ : /',
    }
  }
  return undefined
}

/** An absolute path of that kind that leads where it says. */
export function absolutePathProblem(file: string): Refused | undefined {
  const plain = plainPathProblem(file)
  if (plain !== undefined) return plain
  if (!/^\/.*[^/]\/?$/.test(file)) return { message: 'must be an absolute path below "/"' }
  return dotsProblem(file)
}

export function dotsProblem(file: string): Refused | undefined {
  if (!file.split('/').includes('..')) return undefined
  return { message: 'must not hold ".."', hint: 'write where it leads' }
}
