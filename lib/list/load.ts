/** The list from its text to the nouns: read, parse, complete. */
import path from 'node:path'
import type { Source } from '../formats/parsed.ts'
import { Failure } from '../model/errors.ts'
import type { Problem } from '../model/problem.ts'
import type { MirrorList } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import type { KnownTargets } from '../model/target-settings.ts'
import type { Reader } from '../system/reader.ts'
import { completeList } from './complete-list.ts'
import { pathInside } from './inside-root.ts'
import type { ListFormat } from './list-format.ts'
import { type ListText, readListText } from './list-text.ts'
import { hostScope, rootScope } from './reference-scope.ts'
import type { ReferenceScope } from './referenced-file.ts'
import { issuesOf, openPlaces } from './source/positions.ts'
import { parseSource } from './source/source.ts'

export interface LoadOptions {
  /** `-` is stdin; absent: the one file `mirrors.{toml,yaml,yml,json}` in the first of `directories` that has one. */
  readonly file?: string
  /** Required for stdin; otherwise the extension of the file decides. */
  readonly format?: ListFormat
  /** The directories of default lists on the node, which a list may refer to files in. */
  readonly directories: readonly [string, ...string[]]
  /** Further ones. */
  readonly allowFilesFrom: readonly string[]
  stdin(most: number): Promise<Buffer>
  /** For `header = { X = { env = … } }`, and for CREDENTIALS_DIRECTORY. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The effective user: root does not read a list that another user can write. */
  readonly uid: number
  /** Milliseconds since 1970, for certificates that have expired. */
  readonly now: number
  readonly targets: KnownTargets
}

export interface LoadedList {
  readonly list: MirrorList
  /** Whether it names its targets; otherwise it is for the first one. */
  readonly namesTargets: boolean
  readonly notices: readonly Notice[]
  /** As the user named it. */
  readonly file: string
}

/**
 * Reads, checks and completes a list. `node` is the tree of `--root`; a list inside it reads nothing else. `host` is this
 * machine, where any other list and the files that it refers to are. Throws one Failure with every problem:
 * `invalid_list`, or `usage` or `io` where no list could be read.
 */
export async function loadList(node: Reader, host: Reader, options: LoadOptions): Promise<LoadedList> {
  const inside = await findInside(node, host, options)
  const written = await readText(inside, node, host, options)
  const source = await parseList(written)
  const { file, format } = written
  const scope = await openScope(inside, written, node, host, options)
  const parsed = {
    value: source.value,
    format,
    file,
    path: options.file === '-' ? undefined : file,
    place: openPlaces(source, file),
    failure: (problems: readonly Problem[]) => new Failure('invalid_list', issuesOf(problems, source, file)),
  }
  return { ...(await completeList(parsed, scope, host, options)), file }
}

/** The path of a list inside `--root` as seen from there; empty for the default list. */
async function findInside(node: Reader, host: Reader, { file }: LoadOptions): Promise<string | undefined> {
  if (node.root === '/' || file === '-') return undefined
  return file === undefined ? '' : await pathInside(node, host, file)
}

async function readText(
  inside: string | undefined,
  node: Reader,
  host: Reader,
  options: LoadOptions,
): Promise<ListText> {
  if (!inside) return await readListText(node, host, options)
  return await readListText(node, node, { ...options, file: inside, shown: options.file ?? inside })
}

async function openScope(
  inside: string | undefined,
  { directory }: ListText,
  node: Reader,
  host: Reader,
  options: LoadOptions,
): Promise<ReferenceScope> {
  if (inside === undefined) return hostScope(host, directory, options)
  const fromRoot = inside === '' ? path.join('/', path.relative(node.root, directory)) : directory
  return await rootScope(node, host, fromRoot, options)
}

async function parseList({ text, format, file }: ListText): Promise<Source> {
  const parsed = await parseSource(text, format)
  if ('source' in parsed) return parsed.source
  throw new Failure(
    'invalid_list',
    parsed.faults.map(fault => ({ file, ...fault })),
  )
}
