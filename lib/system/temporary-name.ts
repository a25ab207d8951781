/** Names of temporary files beside the files they are made for. Pure but for its random numbers. */
import { randomUUID } from 'node:crypto'
import path from 'node:path'

/** A hidden name beside a file or directory that is unique and recognized as one of regmirror. */
export function temporaryName(file: string): string {
  const directory = file.slice(0, file.lastIndexOf('/') + 1)
  // The last 48 bits of a UUID are random, and Node makes many UUIDs together.
  return `${directory}.${temporaryPart(file)}.regmirror-${randomUUID().slice(-12)}`
}

/** The part of a file's name that its temporaries carry: a name has at most 255 bytes, a character up to four. */
export function temporaryPart(file: string): string {
  return path.basename(file).slice(0, 50)
}

/** Whether a name, without its directory, is that of a temporary. */
export function isTemporary(name: string): boolean {
  return parseTemporaryName(name) !== undefined
}

/** The `temporaryPart` of a temporary's name, without its directory; undefined for any other name. */
export function parseTemporaryName(name: string): string | undefined {
  return /^\.(.+)\.regmirror-[0-9a-f]{12}$/.exec(name)?.[1]
}

/** The path of the file that a temporary is made for: messages do not show random names. */
export function withoutTemporary(file: string): string {
  return file.replace(/\.([^/]+)\.regmirror-[0-9a-f]{12}(?=\/|$)/g, '$1')
}
