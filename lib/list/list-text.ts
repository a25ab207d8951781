/** Finds the list and reads its text. */
import path from 'node:path'
import { Failure, type Issue } from '../model/errors.ts'
import { isRefused } from '../model/refused.ts'
import type { FileFacts } from '../system/file-facts.ts'
import type { Reader } from '../system/reader.ts'
import { decodeList, MAX_BYTES } from './decode-list.ts'
import type { ListFormat } from './list-format.ts'

export interface ListText {
  readonly text: string
  readonly format: ListFormat
  /** As the user named it, for messages. */
  readonly file: string
  /** Absolute directory on this machine that relative paths start from. */
  readonly directory: string
}

export interface TextOptions {
  readonly file?: string
  /** The name for messages, where that is not `file`. */
  readonly shown?: string
  readonly format?: ListFormat
  /** Where default lists are, the first that has one decides. */
  readonly directories: readonly [string, ...string[]]
  stdin(most: number): Promise<Buffer>
  readonly uid: number
}

const FORMATS: Readonly<Record<string, ListFormat>> = {
  '.toml': 'toml',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.json': 'json',
}

/** The text of the list that `options` name, or of the default list on the node. */
export async function readListText(node: Reader, host: Reader, options: TextOptions): Promise<ListText> {
  const { file, shown = file } = options
  if (file === '-') return await readStdin(options)
  if (file === undefined || shown === undefined) return await readDefault(node, options)
  const absolute = path.resolve(file)
  const where = node.root === '/' ? '' : ': it is a path on this machine, not below --root'
  const hint = `check -f${where}; without -f, regmirror reads ${defaultLists(node, options).join(' or ')}`
  // Before the extension: a missing file has no other fault.
  const text = await readFile(host, absolute, shown, options.uid, { hint })
  const format = formatFor(file, options.format)
  return { text, format, file: shown, directory: path.dirname(absolute) }
}

async function readStdin(options: TextOptions): Promise<ListText> {
  if (options.format === undefined) {
    throw new Failure('usage', [
      { message: 'a list from stdin has no file extension', hint: 'add --list-format toml, yaml or json' },
    ])
  }
  const text = decodeList(await options.stdin(MAX_BYTES + 1), 'stdin')
  return { text, format: options.format, file: 'stdin', directory: path.resolve('.') }
}

async function readDefault(node: Reader, options: TextOptions): Promise<ListText> {
  const file = await findDefault(node, options)
  const shown = path.join(node.root, file)
  const text = await readFile(node, file, shown, options.uid)
  const directory = path.join(node.root, await node.real(path.dirname(file)))
  return { text, format: formatFor(file, options.format), file: shown, directory }
}

/** The default lists in the first of these directories that has one. */
export async function findDefaultLists(
  node: Reader,
  directories: readonly string[],
): Promise<readonly string[]> {
  for (const directory of directories) {
    const found = await findListsIn(directory, node)
    if (found.length > 0) return found
  }
  return []
}

async function findListsIn(directory: string, node: Reader): Promise<readonly string[]> {
  const found: string[] = []
  for (const extension of Object.keys(FORMATS)) {
    const file = `${directory}/mirrors${extension}`
    if ((await node.facts(file)) !== undefined) found.push(file)
  }
  return found
}

/** As one would write them in a shell. */
function defaultLists({ root }: Reader, { directories }: TextOptions): readonly string[] {
  return directories.map(directory => path.join(root, directory, 'mirrors.{toml,yaml,yml,json}'))
}

async function findDefault(node: Reader, options: TextOptions): Promise<string> {
  const [file, other] = await findDefaultLists(node, options.directories)
  if (file === undefined) throw noList(node, options)
  if (other === undefined) return file
  const message = `${path.join(node.root, file)} is also a default list`
  const hint = 'remove one of the two, or select one with -f'
  throw new Failure('invalid_list', [{ file: path.join(node.root, other), message, hint }])
}

function noList(node: Reader, options: TextOptions): Failure {
  const { directories } = options
  const exist = directories.length === 1 ? 'does not exist' : 'do not exist'
  const message = `no list found: ${defaultLists(node, options).join(' and ')} ${exist}`
  const list = path.join(node.root, directories[0], 'mirrors.toml')
  return new Failure('io', [
    { message, hint: `select one with -f, or create one with regmirror init -o ${list}` },
  ])
}

function formatFor(file: string, format: ListFormat | undefined): ListFormat {
  const found = format ?? FORMATS[path.extname(file).toLowerCase()]
  if (found !== undefined) return found
  const message = 'the file extension is not that of a list'
  throw new Failure('usage', [{ file, message, hint: 'use .toml, .yaml or .json, or add --list-format' }])
}

async function readFile(
  reader: Reader,
  absolute: string,
  file: string,
  uid: number,
  hint: Pick<Issue, 'hint'> = {},
): Promise<string> {
  return await reader.open(absolute, uid === 0, async found => {
    // A link that leads nowhere has been refused before, with a message of its own.
    if (found === undefined) throw new Failure('io', [{ file, message: 'does not exist', ...hint }])
    if (isRefused(found)) throw new Failure('invalid_list', [{ file, ...found }])
    refuseUnreadable(file, found.facts)
    return decodeList(await found.read(MAX_BYTES), file)
  })
}

function refuseUnreadable(file: string, { type, size }: FileFacts): void {
  if (type === 'directory')
    throw new Failure('io', [{ file, message: 'is a directory', hint: 'select a file in it' }])
  if (type !== 'file') {
    const hint = 'pass it on standard input: -f - --list-format FORMAT'
    throw new Failure('io', [{ file, message: 'is a pipe or a device, not a file', hint }])
  }
  const message = `is ${size} bytes; the limit is 16 MiB`
  if (size > MAX_BYTES) throw new Failure('invalid_list', [{ file, message, hint: 'check the path' }])
}
