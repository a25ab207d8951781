/**
 * Hides secrets in text that will be shown: what we write (header tables) and what stands around it in
 * files of others (registry.configs.*.auth, credentials in urls). Pure. In TOML it goes by keys, however they are
 * spelled; in a file that does not parse it hides too much rather than too little.
 */

import { createHash } from 'node:crypto'
import { hideCredentials } from '../model/credentials.ts'
import {
  keyNames,
  parseTomlAst,
  type TomlAst,
  type TomlContent,
  type TomlKeyValue,
  tomlValue,
} from './toml/ast.ts'

const SECRET = /auth|passw|token|secret|cookie|header|credential|(?:api|access|private).?key/i
/** A line such as `# password = "x"` or `"token": "x"`, with its value. */
const SECRET_LINE = new RegExp(`(?:${SECRET.source})[\\w-]*["']?\\s*[=:]\\s*(\\S.*)$`, 'i')
/** A comment below which secrets may stand: `# [header]`, `# password =`. */
const OPENING = new RegExp(
  `^#\\s*\\[.*(?:${SECRET.source})|(?:${SECRET.source})[\\w-]*["']?\\s*[=:]\\s*$`,
  'i',
)
const STRING = /"(?:[^"\\]|\\.)*"|'[^']*'/g
const PRIVATE_KEY = /(-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)[\s\S]*?(?=-----END|$)/g
const PEM = /-----BEGIN [\s\S]*?(?:-----END.*|$)/g
const CERTIFICATE = /(-----BEGIN CERTIFICATE-----)([^-]*)/g
/** `PASSWORD=x` and `Authorization: x`, as programs are given them. */
const ARGUMENT = new RegExp(`(?:${SECRET.source})[\\w-]{0,64}(?:=|:\\s)`, 'i')

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

/** What is said of a TOML text by somebody who was shown it, without the secrets in that. */
export function withoutSecrets(said: string, text: string): string {
  const secrets: string[] = []
  hide(text, secret => {
    secrets.push(secret, meant(secret))
    return ''
  })
  // A shorter one is no secret, and would be found in every second word.
  const long = secrets.filter(secret => secret.length > 3)
  return hideCredentials(long.reduce((left, secret) => left.replaceAll(secret, '***'), said))
}

/** The value that is written so. */
function meant(written: string): string {
  const parsed = parseTomlAst(`x = ${written}`)
  return 'ast' in parsed ? String(tomlValue(parsed.ast).x) : written
}

function hide(text: string, label: Label): string {
  // Not text, or UTF-16: of that nothing is understood.
  if (text.includes('\0')) return label(text)
  const parsed = parseTomlAst(text.replace(/^\ufeff/, ' '))
  const hidden = 'ast' in parsed ? hideByKey(text, parsed.ast, label) : hideByLine(text, label)
  // A certificate is no secret, but its letters tell a person nothing; their digest tells two apart.
  return hideCredentials(hidden)
    .replace(PRIVATE_KEY, (_, begin: string) => `${begin}\n***\n`)
    .replace(CERTIFICATE, (_, begin: string, body: string) => `${begin}\n(${digest(body)})\n`)
}

function digest(body: string): string {
  const bytes = Buffer.from(body, 'base64')
  return `${bytes.length} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex')}`
}

type Range = readonly [start: number, end: number]

function hideByKey(text: string, ast: TomlAst, label: Label): string {
  const values = ast.body[0].body.flatMap(item =>
    item.type === 'TOMLTable'
      ? item.body.flatMap(pair => secretsIn(pair, item.resolvedKey.some(isSecret)))
      : secretsIn(item, false),
  )
  return replaceAll(text, [...values, ...secretsInComments(text, ast, values)], label)
}

/**
 * What is commented out: below a table of headers, and below a key without its value, every line may hold one. A comment
 * behind a secret may be the one that was there before.
 */
function secretsInComments(text: string, { comments }: TomlAst, values: readonly Range[]): readonly Range[] {
  let [open, line] = [false, 0]
  const lineAt = (offset: number) => text.lastIndexOf('\n', offset - 1)
  const secretLines = new Set(values.map(([, end]) => lineAt(end)))
  return comments.flatMap(({ range: [start, end], loc }): readonly Range[] => {
    const comment = text.slice(start, end)
    const follows = open && loc.start.line === line + 1 && !/^#\s*\[+[\w-]/.test(comment)
    const opens = OPENING.test(comment)
    ;[open, line] = [opens || follows, loc.start.line]
    const value = secretLines.has(lineAt(start))
      ? comment.replace(/^[#\s]+/, '')
      : follows && !opens
        ? valueIn(comment)
        : SECRET_LINE.exec(comment)?.[1]
    return value ? [[end - value.length, end]] : []
  })
}

/** What follows the key, or all of it where there is none. */
function valueIn(comment: string): string {
  return comment.slice(Math.max(0, comment.search(/[=:]/)) + 1).trimStart()
}

/** The values below a key that are secret: because of a name above them, or one of their own. */
function secretsIn(pair: TomlKeyValue, above: boolean): readonly Range[] {
  return rangesOf(pair.value, above || keyNames(pair.key).some(isSecret))
}

function rangesOf(value: TomlContent, secret: boolean): readonly Range[] {
  if (value.type === 'TOMLArray') return value.elements.flatMap(element => rangesOf(element, secret))
  if (value.type === 'TOMLInlineTable') return value.body.flatMap(pair => secretsIn(pair, secret))
  const given = value.kind === 'string' && ARGUMENT.test(value.value)
  return secret || given ? [value.range] : []
}

/** Names of registries and plugins say nothing of what is below them. */
function isSecret(name: string | number): boolean {
  return typeof name === 'string' && !/[./]/.test(name) && SECRET.test(name)
}

function replaceAll(text: string, ranges: readonly Range[], label: Label): string {
  const inOrder = [...ranges].sort(([a], [b]) => a - b)
  const starts = [0, ...inOrder.map(([, end]) => end)]
  const parts = inOrder.map(([start, end], i) => text.slice(starts[i], start) + label(text.slice(start, end)))
  return parts.join('') + text.slice(starts.at(-1))
}

/** Where any line may hold a secret, every value is hidden: where one starts and ends is not known. */
function hideByLine(text: string, label: Label): string {
  if (!SECRET.test(text.replace(PEM, ''))) return text
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
