/** config.toml and its imports as a release of containerd reads them: the place of `config_path`, and invalid files. Pure. */
import { isUtf8 } from 'node:buffer'
import { isTable } from '../../../formats/is-table.ts'
import { integersOf, keyNames } from '../../../formats/toml/ast.ts'
import { readDocument, type TomlDocument } from '../../../formats/toml/document.ts'
import { locateKey, locateToml } from '../../../formats/toml/locations.ts'
import type { TomlAst } from '../../../formats/toml/tree-parser.ts'
import type { Issue } from '../../../model/errors.ts'
import { misfits } from '../../hosts-toml/read/shape.ts'
import { atLeast, parseRelease, type Release } from '../../release.ts'
import { FILE } from './config-shape.ts'
import type { ParsedConfig } from './parsed-config.ts'
import { movingHint, renamingHint } from './plugin-names.ts'
import { NOT_UTF8, unreadable } from './unreadable.ts'

const BYTE_ORDER_MARK = /^\ufeff/

export type TablePath = readonly string[]

/** The CRI registry table by version of the file (cmd/containerd/server/config/config.go:17-22@v2.3.4). */
export const V1: TablePath = ['plugins', 'cri', 'registry']
export const V2: TablePath = ['plugins', 'io.containerd.grpc.v1.cri', 'registry']
export const V3: TablePath = ['plugins', 'io.containerd.cri.v1.images', 'registry']

/**
 * A new config.toml has the newest version that the release reads, because a drop-in of a newer version than config.toml is
 * refused (cmd/containerd/server/config/config.go:475@v2.3.4). Every release from 1.6 on reads version 2.
 */
export function newConfig(generation: Release | undefined): string {
  return `version = ${generation === undefined ? 2 : newestVersion(generation)}\n`
}

function newestVersion(generation: Release): number {
  return generation.major < 2 ? 2 : atLeast(generation, '2.3.0') ? 4 : 3
}

/** Parses one file of the merge, for this release or for any. */
export function parseConfig(
  { path, bytes }: { path: string; bytes: Buffer },
  generation?: Release,
): ParsedConfig | Issue {
  if (!isUtf8(bytes)) return unreadable({ file: path, ...NOT_UTF8 }, bytes.toString('latin1'), generation)
  const whole = bytes.toString('utf8')
  const text = whole.replace(BYTE_ORDER_MARK, '')
  const read = readDocument(text)
  if ('fault' in read) return unreadable({ file: path, ...read.fault }, text, generation)
  const { value, tree } = read
  const misspelled = misspelledKey(read)
  if (misspelled !== undefined) return { file: path, ...misspelled }
  const unusable = mistypedKey(read) ?? longInteger(read)
  if (unusable !== undefined) return fatal(path, unusable)
  const version = value.version as number | undefined
  return { path, text, byteOrderMark: text !== whole, value, version, tree }
}

function fatal(file: string, fault: Omit<Issue, 'file'>): Issue {
  return { hint: 'correct it', ...fault, file, message: `${fault.message}: containerd does not start` }
}

/** A key of a type that containerd does not start with. */
function mistypedKey(document: TomlDocument): Omit<Issue, 'file'> | undefined {
  const { value, tree } = document
  const [misfit] = misfits(value, FILE)
  if (misfit !== undefined) return { ...locateToml(tree(), misfit.path), message: misfit.message }
  if (!Object.hasOwn(value, 'version') || hasIntegerVersion(document)) return undefined
  return { ...locateToml(tree(), ['version']), message: 'version is not an integer' }
}

/** A float without a fraction is no integer; only the tree has the difference. */
function hasIntegerVersion({ value, isPlain, tree }: TomlDocument): boolean {
  if (isPlain) return Number.isInteger(value.version)
  return [undefined, 'integer'].includes(kindOf(tree(), 'version'))
}

/** An integer that no release reads: 1.7 reads 64 bits without a sign, 1.6 and 2.x with one. */
function longInteger({ isPlain, tree }: TomlDocument): Omit<Issue, 'file'> | undefined {
  if (isPlain) return undefined
  const token = integersOf(tree()).find(
    ({ value }) => BigInt.asIntN(64, value) !== value && BigInt.asUintN(64, value) !== value,
  )
  return token && { line: token.line, column: token.column, message: 'the integer has more than 64 bits' }
}

const TOP_KEYS = ['version', 'imports', 'plugins', 'disabled_plugins', 'required_plugins']

/** A key that decides what containerd reads, with capital letters: only some releases read it. */
function misspelledKey({ value, tree }: TomlDocument): Omit<Issue, 'file'> | undefined {
  const places = [...TOP_KEYS.map(key => [key]), ...[V1, V2, V3].map(table => [...table])]
  const [path] = places.flatMap(place => otherSpellings(value, place))
  if (path === undefined) return undefined
  const name = path.at(-1)
  const message = `${name} has capital letters, which not every release of containerd reads`
  return { ...locateKey(tree(), path), message, hint: `write ${name?.toLowerCase()}` }
}

/** Paths whose last key has capital letters. */
function otherSpellings(value: unknown, path: readonly string[]): readonly string[][] {
  const above = path.slice(0, -1)
  const table = above.reduce<unknown>((here, key) => (isTable(here) ? here[key] : undefined), value)
  const names = isTable(table) ? Object.keys(table) : []
  const [key] = path.slice(-1)
  return names.filter(name => name !== key && name.toLowerCase() === key).map(name => [...above, name])
}

function kindOf(ast: TomlAst, key: string): string | undefined {
  const pair = ast.body[0].body.find(item => item.type === 'TOMLKeyValue' && keyNames(item.key)[0] === key)
  return pair?.type === 'TOMLKeyValue' && pair.value.type === 'TOMLValue' ? pair.value.kind : undefined
}

export function isParsed(parsed: ParsedConfig | Issue): parsed is ParsedConfig {
  return 'text' in parsed
}

/** The table of `config_path` in a main file, or why regmirror cannot manage the file. */
export function registryTable(main: ParsedConfig, generation: Release | undefined): TablePath | Issue {
  const version = main.version ?? 1
  const fault = versionFault(version, generation, main)
  if (fault !== undefined) {
    const place = locateKey(main.tree(), ['version']) ?? { line: 1, column: 1 }
    return { file: main.path, ...place, ...fault }
  }
  return version === 1 ? V1 : version === 2 ? V2 : V3
}

type Fault = Pick<Issue, 'message' | 'hint'>

export function versionFault(
  version: number,
  generation: Release | undefined,
  main?: ParsedConfig,
): Fault | undefined {
  const name = generation === undefined ? 'containerd' : `containerd ${generation.name}`
  if (![1, 2, 3, 4].includes(version)) {
    return { message: `version ${version} is unknown`, hint: 'use version 2, 3 or 4' }
  }
  if (version === 1 && generation === undefined) {
    const message = 'has no version or version 1, and the version of containerd is not known'
    return { message, hint: 'set it in the list: [targets.containerd] version = "1.7"' }
  }
  if (generation === undefined) return undefined
  if (version === 1 && generation.major === 2 && !atLeast(generation, '2.3.0')) {
    const hint = migrationHint(main)
    return { message: `has no version or version 1: ${name} silently ignores its whole CRI section`, hint }
  }
  const newest = newestVersion(generation)
  if (version <= newest) return undefined
  return {
    message: `is version ${version}, but ${name} reads versions up to ${newest}`,
    hint: `change it to version ${newest}${main === undefined ? '' : movingHint(main, newest)}`,
  }
}

/** A user who follows it word by word gets a file that every release starts with. */
function migrationHint(main: ParsedConfig | undefined): string {
  if (main === undefined) return 'write version = 2'
  const where = main.version === undefined ? ' as the first line' : ''
  return `write version = 2${where}${renamingHint(main)}`
}

/** One release for each way to merge config.toml and its imports. */
const WAYS = ['1.7', '2.1', '2.3'].map(text => parseRelease(text) as Release)

/** The releases that the files must be right for: the known one, else every one that reads the main file. */
export function readersOf(
  main: ParsedConfig | undefined,
  generation: Release | undefined,
): readonly Release[] {
  if (generation !== undefined) return [generation]
  return WAYS.filter(way => versionFault(main?.version ?? 2, way) === undefined)
}

/** Imports whose version does not fit that of the main file: containerd ignores settings or does not start. */
export function versionClashes(
  files: readonly ParsedConfig[],
  readers: readonly Release[],
): readonly Issue[] {
  const version = files[0]?.version ?? 1
  // 1.x uses the version of the last file for all of them (services/server/config/config.go:290@v1.7.24).
  const lastCounts = readers.some(({ major }) => major < 2)
  const clashes = ({ version: own }: ParsedConfig) => own && (lastCounts ? own !== version : own > version)
  return files.filter(clashes).map(file => ({
    file: file.path,
    ...locateKey(file.tree(), ['version']),
    message: `is version ${file.version} but ${files[0]?.path}, which imports it, is version ${version}: containerd does not start, or ignores its CRI settings`,
    hint: `change it to version ${version}`,
  }))
}

/** `imports` of a file, as written. */
export function importsOf(file: ParsedConfig): readonly string[] {
  const { imports } = file.value
  return Array.isArray(imports) ? imports : []
}
