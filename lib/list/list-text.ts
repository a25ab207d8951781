/** Finds the list and reads its text; refuses what cannot be a list before a parser sees it. */
import { isUtf8 } from 'node:buffer'
import path from 'node:path'
import { Failure, type Issue } from '../model/errors.ts'
import type { FileFacts } from '../system/file-facts.ts'
import type { Reader } from '../system/files.ts'
import type { ListFormat } from './source/source.ts'

export interface ListText {
  readonly text: string
  readonly format: ListFormat
  /** As people named it, for messages. */
  readonly file: string
  /** Absolute directory on this machine that relative paths start from. */
  readonly directory: string
}

export interface TextOptions {
  readonly file?: string
  /** How people call it, where that is not `file`. */
  readonly shown?: string
  readonly format?: ListFormat
  stdin(most: number): Promise<Buffer>
  readonly uid: number
}

const DEFAULT_DIRECTORY = '/etc/regmirror'
const MAX_BYTES = 1024 * 1024

const FORMATS: Readonly<Record<string, ListFormat>> = {
  '.toml': 'toml',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.json': 'json',
}

/** The text of the list that `options` name, or of the default list on the node. */
export async function readListText(
  node: Reader,
  surroundings: Reader,
  options: TextOptions,
): Promise<ListText> {
  const { file, shown = file } = options
  if (file === '-') return await fromStdin(options)
  if (file === undefined || shown === undefined) return await fromNode(node, options)
  const absolute = path.resolve(file)
  const format = formatOf(file, options.format)
  const hint = node.root === '/' ? {} : { hint: 'what -f names is not looked for below --root' }
  const text = await textOf(surroundings, absolute, shown, options.uid, hint)
  return { text, format, file: shown, directory: path.dirname(absolute) }
}

async function fromStdin(options: TextOptions): Promise<ListText> {
  if (options.format === undefined) {
    throw new Failure('usage', [
      { message: 'a list from stdin does not say its format', hint: 'add --list-format toml, yaml or json' },
    ])
  }
  const bytes = await options.stdin(MAX_BYTES + 1)
  if (bytes.length > MAX_BYTES) fail('stdin', tooLong('longer'))
  return { text: decode(bytes, 'stdin'), format: options.format, file: 'stdin', directory: path.resolve('.') }
}

async function fromNode(node: Reader, options: TextOptions): Promise<ListText> {
  const found: string[] = []
  for (const extension of Object.keys(FORMATS)) {
    const file = `${DEFAULT_DIRECTORY}/mirrors${extension}`
    if ((await node.facts(file)) !== undefined) found.push(file)
  }
  const [file, other] = found
  const shown = (name: string) => path.join(node.root, name)
  if (file === undefined) throw noList(shown(DEFAULT_DIRECTORY))
  if (other !== undefined) {
    fail(shown(other), {
      message: `there is also ${shown(file)}`,
      hint: 'keep one of the two, or name it with -f',
    })
  }
  const text = await textOf(node, file, shown(file), options.uid)
  const directory = shown(await node.real(DEFAULT_DIRECTORY))
  return { text, format: formatOf(file, options.format), file: shown(file), directory }
}

function noList(directory: string): Failure {
  return new Failure('io', [
    {
      message: `there is no list ${directory}/mirrors.toml (nor .yaml, .yml, .json)`,
      hint: `name one with -f, or write one: regmirror init -o ${directory}/mirrors.toml`,
    },
  ])
}

function formatOf(file: string, format: ListFormat | undefined): ListFormat {
  const found = format ?? FORMATS[path.extname(file).toLowerCase()]
  if (found !== undefined) return found
  const message = 'the name does not say the format of the list'
  throw new Failure('usage', [
    { file, message, hint: 'end it in .toml, .yaml or .json, or add --list-format' },
  ])
}

async function textOf(
  reader: Reader,
  absolute: string,
  file: string,
  uid: number,
  hint: Pick<Issue, 'hint'> = {},
): Promise<string> {
  return await reader.open(absolute, uid === 0, async found => {
    // A link to nothing is refused before, and in other words than what is not there at all.
    if (found === undefined) throw new Failure('io', [{ file, message: 'there is no such file', ...hint }])
    if ('message' in found) fail(file, found)
    refuseUnreadable(file, found.facts)
    return decode(await found.read(MAX_BYTES), file)
  })
}

function refuseUnreadable(file: string, facts: FileFacts): void {
  if (facts.type === 'directory')
    throw new Failure('io', [{ file, message: 'is a directory', hint: 'name the list in it' }])
  if (facts.type !== 'file') {
    const hint = 'read it from standard input: -f - and --list-format'
    throw new Failure('io', [{ file, message: 'is a pipe or a device, not a file', hint }])
  }
  if (facts.size > MAX_BYTES) fail(file, tooLong(facts.size))
}

function decode(bytes: Buffer, file: string): string {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) {
    fail(file, {
      line: 1,
      column: 1,
      message: 'starts with a byte order mark',
      hint: 'save it as UTF-8 without BOM',
    })
  }
  if (/^(\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2))) {
    fail(file, { line: 1, column: 1, message: 'is UTF-16', hint: 'save it as UTF-8' })
  }
  if (!isUtf8(bytes))
    fail(file, { line: brokenLine(bytes), message: 'is not UTF-8', hint: 'save it as UTF-8' })
  const text = bytes.toString('utf8')
  if (text.split('\n').every(line => /^\s*(#|$)/.test(line)))
    fail(file, { message: 'is empty', hint: 'regmirror init prints a list to start from' })
  return text
}

/** A newline is never part of a longer UTF-8 sequence, so lines can be judged one by one. */
function brokenLine(bytes: Buffer): number {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start)
    if (!isUtf8(bytes.subarray(start, end === -1 ? bytes.length : end))) return line
    start = end === -1 ? bytes.length : end + 1
  }
  return line
}

function tooLong(bytes: number | 'longer'): Issue {
  const message =
    bytes === 'longer'
      ? `is longer than ${MAX_BYTES} bytes, the most that a list has`
      : `is ${bytes} bytes long; a list has at most ${MAX_BYTES}`
  return {
    message,
    hint: 'check that it is the file you mean',
  }
}

function fail(file: string, issue: Issue): never {
  throw new Failure('invalid_list', [{ file, ...issue }])
}
