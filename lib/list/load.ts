/**
 * The list from its text to the nouns: read, parse, schema, rules, attachments, resolve, lints.
 * Only this file knows all the stages, and only here key paths become lines and columns.
 */
import path from 'node:path'
import { Failure, type Issue } from '../model/errors.ts'
import type { Path, Problem } from '../model/problem.ts'
import type { MirrorList, Place } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import type { Reader } from '../system/files.ts'
import { directoriesInside, pathInside } from './inside-root.ts'
import { lintList } from './lints/lints.ts'
import { type ListText, readListText } from './list-text.ts'
import { readableNotices } from './readable-secrets.ts'
import type { ReferenceScope } from './referenced-file.ts'
import { type References, readReferences } from './references.ts'
import { resolveList } from './resolve.ts'
import { checkRules, soundMirrors, soundness } from './rules/rules.ts'
import { checkSchema } from './schema/schema.ts'
import type { Position, Source } from './source/parsed.ts'
import { type ListFormat, parseSource } from './source/source.ts'
import type { WrittenList } from './written.ts'

export interface ListOptions {
  /** `-` is stdin; absent: the one file `/etc/regmirror/mirrors.{toml,yaml,yml,json}` on the node. */
  readonly file?: string
  /** Needed for stdin; otherwise the file's extension says it. */
  readonly format?: ListFormat
  /** Further directories that the list may name files in. */
  readonly allowFilesFrom: readonly string[]
  stdin(most: number): Promise<Buffer>
  /** For `header = { X = { env = … } }`, and for CREDENTIALS_DIRECTORY. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The effective user: root does not read a list that others can write. */
  readonly uid: number
  /** Milliseconds since 1970, for certificates that have expired. */
  readonly now: number
}

export interface LoadedList {
  readonly list: MirrorList
  readonly notices: readonly Notice[]
  /** As people named it. */
  readonly file: string
}

/**
 * Reads, checks and completes a list. `node` is the tree under `--root`; a list that lies in it reads nothing else.
 * `surroundings` is this machine, where any other list and the files that it names are found.
 * Throws one Failure with every problem: `invalid_list`, or `usage` or `io` when there was nothing to check.
 */
export async function loadList(
  node: Reader,
  surroundings: Reader,
  options: ListOptions,
): Promise<LoadedList> {
  const inside = await insideOf(node, surroundings, options)
  const written = await textOf(inside, node, surroundings, options)
  const source = await sourceOf(written)
  const around = await aroundOf(inside, written, node, surroundings, options)
  const attachments = await check(written, source, around)
  const list = source.value as WrittenList
  const place = (at: Path) => placeOf(source, written.file, at)
  const resolved = resolveList({ list, attachments, place })
  const file = options.file === '-' ? undefined : written.file
  // On a node; a checkout of lists, where others look at them, has the modes that git gives it.
  const readable =
    options.uid === 0
      ? await readableNotices({ list, attachments, file, place }, surroundings, around.files)
      : []
  return {
    list: resolved,
    notices: [...lintList({ list, resolved, place, now: options.now }), ...readable],
    file: written.file,
  }
}

/** The path of the list as seen from the root, when it comes with the tree; empty for the default list. */
async function insideOf(node: Reader, here: Reader, { file }: ListOptions): Promise<string | undefined> {
  if (node.root === '/' || file === '-') return undefined
  return file === undefined ? '' : await pathInside(node, here, file)
}

async function textOf(
  inside: string | undefined,
  node: Reader,
  here: Reader,
  options: ListOptions,
): Promise<ListText> {
  if (!inside) return await readListText(node, here, options)
  return await readListText(node, node, { ...options, file: inside, shown: options.file ?? inside })
}

/** What a list may refer to. One that comes with the tree sees nothing but the tree. */
async function aroundOf(
  inside: string | undefined,
  { directory }: ListText,
  node: Reader,
  here: Reader,
  { allowFilesFrom, env, uid }: ListOptions,
): Promise<ReferenceScope> {
  const asRoot = uid === 0
  if (inside === undefined) {
    const credentials = env.CREDENTIALS_DIRECTORY ? [env.CREDENTIALS_DIRECTORY] : []
    const places = allowed(directory, [...credentials, ...allowFilesFrom])
    return { files: here, directory, allowed: places, asRoot, env }
  }
  const own = inside === '' ? path.join('/', path.relative(node.root, directory)) : directory
  const more = await directoriesInside(node, here, allowFilesFrom)
  // Also right under the root: whatever it names, it sees only its own tree.
  const places = [own, ...allowed(own, more)]
  return { files: node, directory: own, allowed: places, asRoot, env: undefined }
}

async function sourceOf({ text, format, file }: ListText): Promise<Source> {
  const parsed = await parseSource(text, format)
  if ('source' in parsed) return parsed.source
  throw new Failure(
    'invalid_list',
    parsed.faults.map(fault => ({ file, ...fault })),
  )
}

async function check(written: ListText, source: Source, scope: ReferenceScope): Promise<References> {
  const schema = checkSchema(source.value)
  const sound = soundness(schema)
  const rules = checkRules(source.value, sound)
  const attachments = await readReferences(soundMirrors(source.value, sound), sound, scope)
  const problems = [...schema, ...rules, ...attachments.problems]
  if (problems.length > 0) throw new Failure('invalid_list', issuesOf(problems, source, written.file))
  return attachments
}

const MAX_ISSUES = 100

/** A list right under `/` would otherwise speak for the whole machine. */
function allowed(directory: string, more: readonly string[]): string[] {
  const beside = directory === '/' ? [] : [directory]
  return [...beside, '/etc/regmirror', ...more].map(name => path.resolve(name))
}

/** In the order of the text. A file that is something else altogether does not fill the terminal. */
function issuesOf(problems: readonly Problem[], source: Source, file: string): Issue[] {
  const issues = problems
    .slice(0, MAX_ISSUES)
    .map(({ path: at, atKey, message, hint }) => ({ file, ...positionOf(source, at, atKey), message, hint }))
    .sort((a, b) => a.line - b.line || a.column - b.column)
  const more = problems.length - issues.length
  return more > 0 ? [...issues, { file, message: `and ${more} more problems` }] : issues
}

/** Where a path stands; what is missing stands at what it is missing from. */
function positionOf(source: Source, at: Path, atKey = false): Position {
  if (at.length === 0) return { line: 1, column: 1 }
  const own = atKey ? source.locateKey(at) : source.locate(at)
  return own ?? positionOf(source, at.slice(0, -1), atKey)
}

function placeOf(source: Source, file: string, at: Path): Place {
  return { file, ...positionOf(source, at, typeof at.at(-1) === 'string') }
}
