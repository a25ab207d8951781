/**
 * Hides secrets in text that will be shown: what we write (header tables) and what stands around it in
 * files of others (registry.configs.*.auth, credentials in urls). Pure. It works on lines and rather hides
 * too much, so that it also serves for a file that does not parse.
 */

import { createHash } from 'node:crypto'

const TABLE = /^\s*\[/
const HEADER_TABLE = /^\s*\[+[^#]*\bheader["']?\s*\]/i
const SECRET_KEY = /(auth|authorization|password|passwd|token|secret|cookie|header)["']?\s*[=:]/i
const STRING = /"(?:[^"\\]|\\.)*"|'[^']*'/g
const BLOCK = /"""|'''/g
const PRIVATE_KEY = /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[^-]*/g
const CERTIFICATE = /(-----BEGIN CERTIFICATE-----)([^-]*)/g
const URL_CREDENTIALS = /(\w+:\/\/)[^\s/@"']+@/g

/** How a hidden value is written. */
type Label = (secret: string) => string

/**
 * Both sides of a difference with their secrets hidden: `***`, or `*** (new)` for a value that the first
 * text does not have, so that a rotated token still shows as a change.
 */
export function hideSecrets(
  before: string | undefined,
  after: string | undefined,
): readonly [before: string | undefined, after: string | undefined] {
  const known = new Set<string>()
  const remember: Label = secret => {
    known.add(secret)
    return '"***"'
  }
  const compare: Label = secret => (before === undefined || known.has(secret) ? '"***"' : '"*** (new)"')
  return [before && hide(before, remember), after && hide(after, compare)]
}

function hide(text: string, label: Label): string {
  let inHeader = false
  let inBlock = false
  const lines = text.split('\n').map(line => {
    if (inBlock) {
      inBlock = !opensOrCloses(line)
      return label(line.trim())
    }
    if (TABLE.test(line)) {
      inHeader = HEADER_TABLE.test(line)
      return line
    }
    if (!inHeader && !SECRET_KEY.test(line)) return line
    inBlock = opensOrCloses(line)
    return hideValues(line, inBlock, label)
  })
  const shown = lines.join('\n').replace(URL_CREDENTIALS, '$1***@')
  // A certificate is no secret, but its letters tell a person nothing; their digest tells two apart.
  return shown
    .replace(PRIVATE_KEY, (_, begin: string) => `${begin}\n***\n`)
    .replace(CERTIFICATE, (_, begin: string, body: string) => `${begin}\n(${digest(body)})\n`)
}

function digest(body: string): string {
  const bytes = Buffer.from(body, 'base64')
  return `${bytes.length} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex')}`
}

/** Whether a multi-line string starts in the line and does not end there, or the other way round. */
function opensOrCloses(line: string): boolean {
  return (line.match(BLOCK) ?? []).length % 2 === 1
}

/** Hides every string to the right of the key; the whole line where a value goes on from the line above. */
function hideValues(line: string, opensBlock: boolean, label: Label): string {
  const start = line.replace(STRING, found => 'x'.repeat(found.length)).search(/[=:]/) + 1
  const value = line.slice(start)
  return line.slice(0, start) + (opensBlock ? ` ${label(value)}` : value.replace(STRING, label))
}
