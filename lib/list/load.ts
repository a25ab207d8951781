/**
 * The list from its text to the nouns: read, parse, schema, rules, references, resolve, lints. The only file that knows
 * all the stages.
 */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import type { MirrorList } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import type { KnownTargets } from '../model/target-settings.ts'
import type { Reader } from '../system/reader.ts'
import { type Entries, findEntries } from './entries.ts'
import { pathInside } from './inside-root.ts'
import { readableNotices } from './lint-readable-secrets.ts'
import { lintList } from './lints/lints.ts'
import type { ListFormat } from './list-format.ts'
import { type ListText, readListText } from './list-text.ts'
import { hostScope, rootScope } from './reference-scope.ts'
import type { ReferenceScope } from './referenced-file.ts'
import { type References, readReferences } from './references.ts'
import { resolveList } from './resolve.ts'
import { checkRules } from './rules/rules.ts'
import { validityAfter } from './rules/validity.ts'
import { quickValidator } from './schema/quick-validator.ts'
import type { SchemaProblem } from './schema/schema-problem.ts'
import type { Source } from './source/parsed.ts'
import { issuesOf, openPlaces } from './source/positions.ts'
import { parseSource } from './source/source.ts'
import type { WrittenList } from './written.ts'

export interface LoadOptions {
  /** `-` is stdin; absent: the one file `/etc/regmirror/mirrors.{toml,yaml,yml,json}` on the node. */
  readonly file?: string
  /** Required for stdin; otherwise the extension of the file decides. */
  readonly format?: ListFormat
  /** Further directories that the list may refer to files in. */
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
  const scope = await openScope(inside, written, node, host, options)
  const { references, entries } = await check(written, source, scope, options.targets)
  const list = source.value as WrittenList
  const { registries, connections } = entries
  const place = openPlaces(source, written.file)
  const resolved = resolveList({ list, registries, references, place, targets: Object.keys(options.targets) })
  const file = options.file === '-' ? undefined : written.file
  // On a node only: in a checkout of lists, git sets the modes.
  const readable =
    options.uid === 0
      ? await readableNotices({ connections, references, file, place }, host, scope.files)
      : []
  return {
    list: resolved,
    notices: [...lintList({ list, registries, resolved, place, now: options.now }), ...readable],
    file: written.file,
  }
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

/** A valid list, and what it refers to. */
interface Checked {
  readonly references: References
  readonly entries: Entries
}

/** Throws Failure `invalid_list` for a file of another program. Loaded for a list with a wrong shape only. */
async function findShapeProblems(
  { file, format }: ListText,
  source: Source,
  targets: KnownTargets,
): Promise<readonly SchemaProblem[]> {
  const { foreignProblem } = await import('./foreign/foreign-file.ts')
  const foreign = foreignProblem(source.value, file, format)
  if (foreign !== undefined) throw new Failure('invalid_list', issuesOf([foreign], source, file))
  const { checkSchema } = await import('./schema/check-schema.ts')
  return checkSchema(source.value, targets)
}

async function check(
  text: ListText,
  source: Source,
  scope: ReferenceScope,
  targets: KnownTargets,
): Promise<Checked> {
  const fits = quickValidator(targets)(source.value)
  const shape = fits ? [] : await findShapeProblems(text, source, targets)
  const isValid = validityAfter(shape)
  const entries = findEntries(source.value, isValid)
  const rules = checkRules(source.value, entries, isValid, targets)
  const { problems, ...references } = await readReferences(entries.connections, isValid, scope)
  const all = [...shape, ...rules, ...problems]
  if (all.length > 0) throw new Failure('invalid_list', issuesOf(all, source, text.file))
  return { references, entries }
}
