/**
 * The command as a program: from source, as it is built, or the executable that REGMIRROR_PROGRAM names, such as
 * `build/regmirror`, in place of both.
 */
import path from 'node:path'

const PROJECT = path.resolve(import.meta.dirname, '../..')
const SOURCE = path.join(PROJECT, 'test/support/cli.ts')
const BUILT = path.join(PROJECT, 'bin/regmirror.js')

/** A program and its first arguments. */
type Words = readonly [program: string, ...args: string[]]

/** Undefined: the tests start the command with Node. */
export const EXECUTABLE = process.env.REGMIRROR_PROGRAM

/** The command from source. */
export const FROM_SOURCE: Words = EXECUTABLE === undefined ? [process.execPath, SOURCE] : [EXECUTABLE]

/** The command as it is published. */
export const AS_BUILT: Words = EXECUTABLE === undefined ? [process.execPath, BUILT] : [EXECUTABLE]

/** The same with one thread for V8. NODE_OPTIONS cannot set that, so REGMIRROR_ONE_THREAD names an executable of its own. */
export const ONE_THREAD: Words =
  EXECUTABLE === undefined
    ? [process.execPath, '--single-threaded', BUILT]
    : [process.env.REGMIRROR_ONE_THREAD ?? EXECUTABLE]

/** Words for a shell. */
export function shellWords(words: readonly string[]): string {
  return words.map(word => `'${word}'`).join(' ')
}
