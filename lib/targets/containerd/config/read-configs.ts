/** Reads config.toml and its imports. */
import path from 'node:path'
import { locateToml } from '../../../formats/toml/locations.ts'
import type { Issue } from '../../../model/errors.ts'
import type { Reader } from '../../../system/reader.ts'
import { atLeast, isExact, type Release } from '../../release.ts'
import { importsOf, isParsed, parseConfig, readersOf } from './config-toml.ts'
import { expandPattern, isPattern } from './import-pattern.ts'
import type { ParsedConfig } from './parsed-config.ts'

/** config.toml first, then its imports in the order of merging, and what containerd cannot read. */
export interface Configs {
  readonly files: ParsedConfig[]
  readonly faults: Issue[]
  /** What containerd 1.x before 1.6.32 and 1.7.16 reads, where that differs and the patch release is not known. */
  readonly older?: OlderConfigs
  /** What a later 2.x may read besides: /etc/containerd/conf.d without an import. */
  readonly dropIns?: Pick<Configs, 'files' | 'faults'>
}

export interface OlderConfigs {
  readonly files: readonly ParsedConfig[]
  readonly faults: readonly Issue[]
  /** The import that matches other files there. */
  readonly pattern: Place & { readonly entry: string; readonly newer: string }
}

interface Place {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** By the rules of one release, or of every release that it may be. */
export async function readConfigs(
  node: Reader,
  main: string,
  generation: Release | undefined,
): Promise<Configs> {
  const fromRoot = generation !== undefined && isBeforeFix(generation)
  const first = await readMerged(node, main, { generation, fromRoot })
  if (generation !== undefined && atLeast(generation, '2.0.0'))
    return { ...first, ...(await readDropIns(node, first, generation)) }
  const [pattern] = first.files.flatMap(relativePatterns)
  const doubtful = readersOf(first.files[0], generation).some(({ major }) => major < 2)
  if (pattern === undefined || !doubtful || (generation !== undefined && isExact(generation))) return first
  const older = await readMerged(node, main, { generation, fromRoot: true })
  return isSame(first, older) ? first : { ...first, older: { ...older, pattern } }
}

const CONF_D = '/etc/containerd/conf.d/*.toml'

/**
 * Up to 2.3.4 `imports` names the drop-ins (cmd/containerd/server/config/config.go:512@v2.3.4); a later release may read
 * them without it. So the node must be right both with and without them.
 */
async function readDropIns(
  node: Reader,
  { files: [main] }: Pick<Configs, 'files'>,
  generation: Release,
): Promise<Pick<Configs, 'dropIns'>> {
  const known = !atLeast(generation, '2.3.0') || (isExact(generation) && !atLeast(generation, '2.3.5'))
  if (main === undefined || main.value.imports !== undefined || known) return {}
  const dropIns = await expandPattern(node, CONF_D)
  if (dropIns.length === 0) return {}
  return { dropIns: await readMerged(node, main.path, { generation, fromRoot: false, dropIns }) }
}

function isSame(a: Pick<Configs, 'files' | 'faults'>, b: Pick<Configs, 'files' | 'faults'>): boolean {
  const read = ({ files, faults }: typeof a) => JSON.stringify([files.map(({ path }) => path), faults])
  return read(a) === read(b)
}

function relativePatterns(file: ParsedConfig): readonly OlderConfigs['pattern'][] {
  return importsOf(file).flatMap((entry, index) => {
    if (!entry.includes('*') || entry.startsWith('/') || !isPattern(entry)) return []
    const newer = path.resolve(path.dirname(file.path), entry)
    return newer === path.resolve('/', entry)
      ? []
      : [{ ...placeOfImport({ from: file, index }), entry, newer }]
  })
}

/** A file to read, and the import that names it. */
interface Import {
  readonly from: ParsedConfig
  readonly index: number
}

interface Reading {
  readonly generation: Release | undefined
  /** Whether a relative pattern starts at the root. */
  readonly fromRoot: boolean
  /** Files that are read without an import. */
  readonly dropIns?: readonly string[]
}

/** Breadth first, each file once (cmd/containerd/server/config/config.go:512-603@v2.3.4). */
async function readMerged(
  node: Reader,
  main: string,
  how: Reading,
): Promise<Pick<Configs, 'files' | 'faults'>> {
  const files: ParsedConfig[] = []
  const faults: Issue[] = []
  const queue: { path: string; by?: Import }[] = [main, ...(how.dropIns ?? [])].map(path => ({ path }))
  const seen = new Set<string>()
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next.path)) continue
    seen.add(next.path)
    const parsed = await readOne(node, next.path, next.by, how.generation)
    if (parsed === undefined) continue
    if (!isParsed(parsed)) {
      faults.push(parsed)
      continue
    }
    files.push(parsed)
    for (const [index, entry] of importsOf(parsed).entries()) {
      const by = { from: parsed, index }
      if (entry.includes('*') && !isPattern(entry)) faults.push(brokenPattern(by))
      else queue.push(...(await expandImport(node, by, entry, how.fromRoot)).map(path => ({ path, by })))
    }
  }
  return { files, faults }
}

/** Undefined without a main file. */
async function readOne(
  node: Reader,
  file: string,
  by: Import | undefined,
  generation: Release | undefined,
): Promise<ParsedConfig | Issue | undefined> {
  if (by !== undefined && (await node.facts(file))?.type === 'directory') return importedDirectory(file, by)
  const bytes = await node.read(file)
  if (bytes !== undefined) return parseConfig({ path: file, bytes }, generation)
  return by && missingImport(file, by)
}

/**
 * A relative name starts at the file that imports it. So does a relative pattern, but only since 1.6.32 and 1.7.16: before,
 * it starts at the working directory of the daemon, which is the root.
 */
async function expandImport(
  node: Reader,
  { from }: Import,
  entry: string,
  fromRoot: boolean,
): Promise<readonly string[]> {
  const base = entry.includes('*') && fromRoot ? '/' : path.dirname(from.path)
  return await expandPattern(node, path.resolve(base, entry))
}

function isBeforeFix(generation: Release): boolean {
  return isExact(generation) && !atLeast(generation, generation.minor === 6 ? '1.6.32' : '1.7.16')
}

function placeOfImport({ from, index }: Import): Place {
  return { file: from.path, ...locateToml(from.tree(), ['imports', index]) }
}

function brokenPattern(by: Import): Issue {
  const message = 'is not a valid pattern: containerd does not start'
  return { ...placeOfImport(by), message, hint: 'close its brackets' }
}

function missingImport(file: string, by: Import): Issue {
  const message = `imports ${file}, which does not exist: containerd does not start`
  return { ...placeOfImport(by), message, hint: 'create it or remove the import' }
}

function importedDirectory(file: string, by: Import): Issue {
  const entry = importsOf(by.from)[by.index] ?? ''
  const message = `the import ${JSON.stringify(entry)} names the directory ${file}: containerd does not start`
  const hint = entry.includes('*')
    ? 'write a pattern that matches only files, such as "*.toml"'
    : 'remove it from imports'
  return { ...placeOfImport(by), message, hint }
}
