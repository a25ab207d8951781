/**
 * Hides secrets in text that will be shown: in files that regmirror writes (header tables) and in files of other programs
 * (registry.configs.*.auth, credentials in urls). The format of a file says where its secrets are. A text that does not
 * parse has too much hidden rather than too little. Pure.
 */
import { hideCredentials } from '../model/hide-credentials.ts'
import { sha256Hex } from '../model/sha256.ts'
import type { Range } from './format.ts'
import { type FormatName, formats } from './index.ts'
import { mentionsSecret } from './secret-words.ts'

const STRING = /"(?:[^"\\]|\\.)*"|'[^']*'/g
const PRIVATE_KEY = /(-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)[\s\S]*?(?=-----END|$)/g
const PEM = /-----BEGIN [\s\S]*?(?:-----END.*|$)/g
const CERTIFICATE = /(-----BEGIN CERTIFICATE-----)([^-]*)/g

/** How a hidden value is written. */
type Label = (secret: string) => string

/** An unknown text is tried as TOML: text of another format does not parse as that, so that most of it is hidden. */
const GUESS: FormatName = 'toml'

/**
 * Both sides of a difference with their secrets hidden: `***`, or `*** (new)` for a value that the first text does not
 * have, so that a rotated token still shows as a change.
 */
export function hideSecrets(
  before: string | undefined,
  after: string | undefined,
  format: FormatName = GUESS,
): readonly [before: string | undefined, after: string | undefined] {
  const known = new Set<string>()
  const remember: Label = secret => {
    known.add(secret)
    return '"***"'
  }
  const compare: Label = secret => (before === undefined || known.has(secret) ? '"***"' : '"*** (new)"')
  return [before && hide(before, format, remember), after && hide(after, format, compare)]
}

/** What another program prints about a text, without the secrets of that text. */
export function withoutSecrets(output: string, text: string, format: FormatName): string {
  const secrets: string[] = []
  hide(text, format, secret => {
    secrets.push(secret, formats[format].unquote(secret))
    return ''
  })
  // A shorter one is not a secret, and would be found in many words.
  const long = secrets.filter(secret => secret.length > 3)
  return hideCredentials(long.reduce((left, secret) => left.replaceAll(secret, '***'), output))
}

function hide(text: string, format: FormatName, label: Label): string {
  // Binary, or UTF-16.
  if (text.includes('\0')) return label(text)
  const ranges = formats[format].secrets(text)
  const hidden = ranges === undefined ? hideByLine(text, label) : replaceAll(text, ranges, label)
  // A certificate is not secret, but people cannot read it; the start of a digest is enough to compare two.
  return hideCredentials(hidden)
    .replace(PRIVATE_KEY, (_, begin: string) => `${begin}\n***\n`)
    .replace(CERTIFICATE, (_, begin: string, body: string) => `${begin}\n(${digest(body)})\n`)
}

function digest(body: string): string {
  const bytes = Buffer.from(body, 'base64')
  return `${bytes.length} bytes, sha256 ${sha256Hex(bytes).slice(0, 16)}…`
}

function replaceAll(text: string, ranges: readonly Range[], label: Label): string {
  const inOrder = [...ranges].sort(([a], [b]) => a - b)
  const starts = [0, ...inOrder.map(([, end]) => end)]
  const parts = inOrder.map(([start, end], i) => text.slice(starts[i], start) + label(text.slice(start, end)))
  return parts.join('') + text.slice(starts.at(-1))
}

/** In a text that does not parse, the start and end of a value are unknown: if any line may be a secret, every value is hidden. */
function hideByLine(text: string, label: Label): string {
  if (!mentionsSecret(text.replace(PEM, ''))) return text
  return text
    .split('\n')
    .map(line => hideValue(line, label))
    .join('\n')
}

function hideValue(line: string, label: Label): string {
  if (/^\s*(\[+[\w-].*\]\s*)?(#[^=:]*)?$|^-----/.test(line)) return line
  const separator = line.replace(STRING, found => 'x'.repeat(found.length)).search(/[=:]/)
  const start = separator === -1 ? /^\s*/.exec(line)?.[0].length : line.slice(0, separator + 1).length
  return `${line.slice(0, start)}${separator === -1 ? '' : ' '}${label(line.slice(start).trim())}`
}
