/** Names for what stands on a node for a moment only. Pure but for the dice. */
import { randomBytes } from 'node:crypto'
import path from 'node:path'

/** A name beside a file or directory that nobody else uses, hidden, and told as ours. */
export function temporaryName(file: string): string {
  return path.join(path.dirname(file), `.${temporaryPart(file)}.regmirror-${randomBytes(6).toString('hex')}`)
}

/** What of a file's name its temporaries carry: no more than leaves them as short as names may be (255 bytes; a character has up to four). */
export function temporaryPart(file: string): string {
  return path.basename(file).slice(0, 50)
}

/** Whether a name without its directory is one of those. */
export function isTemporary(name: string): boolean {
  return parseTemporaryName(name) !== undefined
}

/** Whose such a name is, without its directory; undefined for any other name. */
export function parseTemporaryName(name: string): string | undefined {
  return /^\.(.+)\.regmirror-[0-9a-f]{12}$/.exec(name)?.[1]
}

/** The place of what waits under such a name, or below it: to be told, for a name that is another each time says nothing. */
export function withoutTemporary(file: string): string {
  return file.replace(/\.([^/]+)\.regmirror-[0-9a-f]{12}(?=\/|$)/g, '$1')
}
