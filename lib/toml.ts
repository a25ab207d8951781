/**
 * TOML that we write: a small emitter for hosts.toml, the splice of one value into a file of somebody else,
 * and for both the proof that another parser reads back what was meant. The only importer of @iarna/toml.
 */
import { isDeepStrictEqual } from 'node:util'
import TOML from '@iarna/toml'
import { parseTomlAst, tomlValue } from './toml-ast.ts'
import { type Edit, findEdit } from './toml-splice.ts'
import { keyText, type TomlKeys, type TomlValue, tableHeader, valueText } from './toml-text.ts'
import { findRemoval } from './toml-withdraw.ts'

/** One section of hosts.toml: the root (the server) or a `[host."url"]`. */
export interface HostSection {
  readonly keys: TomlKeys
  readonly header: Readonly<Record<string, string>>
}

/** A hosts.toml. Mirrors in the order in which they are asked. */
export interface HostsDocument {
  readonly server: HostSection
  readonly mirrors: readonly (HostSection & { readonly url: string })[]
}

/**
 * The text of a hosts.toml, proved by reading it back. Only `[host."…"]` headers, each with its keys and its header table right below:
 * containerd 2 takes order from headers alone and lists a host twice whose sub-table stands elsewhere
 * (core/remotes/docker/config/hosts.go:551-585@v2.3.4). Without a mirror a bare `[host]` stands, for up to
 * 1.6.39 and 1.7.31 ignore a file that has none.
 */
export function emitHosts(banner: string, document: HostsDocument): string {
  const text = hostsText(banner, document)
  if (!readsBack(text, document)) throw new Error(`a hosts.toml did not read back as it was meant:\n${text}`)
  return text
}

function hostsText(banner: string, document: HostsDocument): string {
  const blocks = [
    [banner, ...keyLines(document.server.keys, '')].join('\n'),
    ...headerLines(['header'], document.server.header, ''),
    ...(document.mirrors.length === 0 ? ['[host]'] : document.mirrors.map(emitMirror)),
  ]
  return `${blocks.join('\n\n')}\n`
}

function emitMirror(mirror: HostsDocument['mirrors'][number]): string {
  const path = ['host', mirror.url]
  return [
    tableHeader(path),
    ...keyLines(mirror.keys, '  '),
    ...headerLines([...path, 'header'], mirror.header, '  '),
  ].join('\n')
}

function keyLines(keys: TomlKeys, indent: string): readonly string[] {
  return Object.entries(keys).map(([key, value]) => `${indent}${keyText(key)} = ${valueText(value)}`)
}

function headerLines(
  path: readonly string[],
  header: Readonly<Record<string, string>>,
  indent: string,
): readonly string[] {
  if (Object.keys(header).length === 0) return []
  return [[indent + tableHeader(path), ...keyLines(header, `${indent}  `)].join('\n')]
}

/** Whether the text, read by another parser, says what the document says, mirrors in the same order. */
function readsBack(text: string, document: HostsDocument): boolean {
  const plain = (section: HostSection) => ({
    ...section.keys,
    ...(Object.keys(section.header).length > 0 && { header: section.header }),
  })
  const host = Object.fromEntries(document.mirrors.map(mirror => [mirror.url, plain(mirror)]))
  const read = JSON.parse(JSON.stringify(TOML.parse(text)))
  const order = Object.keys(read.host ?? {})
  return (
    isDeepStrictEqual(read, JSON.parse(JSON.stringify({ ...plain(document.server), host }))) &&
    isDeepStrictEqual(
      order,
      document.mirrors.map(mirror => mirror.url),
    )
  )
}

/**
 * The text with one value set and every other byte as it was. `path` ends in the key. The value is replaced
 * where the key exists, however it is spelled; otherwise the key is added where its table stands, or a table
 * is appended. Undefined when the text is not TOML or another parser does not read back exactly that change.
 */
export function splice(text: string, path: readonly string[], value: TomlValue): string | undefined {
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return undefined
  const result = edited(text, findEdit(text, parsed.ast, path, value))
  return proves(text, result, root => setAt(root, path, value)) ? result : undefined
}

/**
 * The text with the value at `path` as `original` has it, or without it where that has none; every other byte as it
 * is. Undefined when that cannot be done, or another parser does not read back exactly that change.
 */
export function withdraw(
  text: string,
  original: string | undefined,
  path: readonly string[],
): string | undefined {
  const was = valueAt(original ?? '', path)
  if (was !== undefined) return isTomlValue(was) ? splice(text, path, was) : undefined
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return undefined
  const edit = findRemoval(text, parsed.ast, path, !hasTable(original ?? '', path.slice(0, -1)))
  if (edit === undefined) return text
  const result = edited(text, edit)
  const gone = valueAt(result, path) === undefined
  const without = (root: Record<string, unknown>) => removeAt(root, path)
  return gone && proves(text, result, without, without) ? result : undefined
}

/** The value at a path of a TOML text; undefined where there is none, or the text is not TOML. */
export function valueAt(text: string, path: readonly string[]): unknown {
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return undefined
  return path.reduce<unknown>(
    (here, key) => (here as Record<string, unknown> | undefined)?.[key],
    tomlValue(parsed.ast),
  )
}

function hasTable(text: string, path: readonly string[]): boolean {
  const parsed = parseTomlAst(text)
  return (
    'ast' in parsed &&
    parsed.ast.body[0].body.some(
      item => item.type === 'TOMLTable' && isDeepStrictEqual(item.resolvedKey, path),
    )
  )
}

function isTomlValue(value: unknown): value is TomlValue {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (Array.isArray(value) && value.every(isTomlValue))
  )
}

function edited(text: string, { at, end, text: inserted }: Edit): string {
  return text.slice(0, at) + inserted + text.slice(end)
}

type Change = (root: Record<string, unknown>) => void

/** Whether the second text says what the first says after the change. What does not count is taken off the second. */
function proves(before: string, after: string, change: Change, discount: Change = () => {}): boolean {
  const same = (was: Record<string, unknown>, is: Record<string, unknown>) => {
    change(was)
    discount(is)
    return isDeepStrictEqual(was, is)
  }
  try {
    return same(TOML.parse(before), TOML.parse(after))
  } catch {
    return provesNewerToml(before, after, same)
  }
}

/** TOML 1.1, which containerd 2 reads and @iarna/toml does not: the parser that gave the positions has to do. */
function provesNewerToml(
  before: string,
  after: string,
  same: (was: Record<string, unknown>, is: Record<string, unknown>) => boolean,
): boolean {
  const [old, now] = [parseTomlAst(before), parseTomlAst(after)]
  return 'ast' in old && 'ast' in now && same(tomlValue(old.ast), tomlValue(now.ast))
}

function setAt(root: Record<string, unknown>, path: readonly string[], value: TomlValue): void {
  let here = root
  for (const part of path.slice(0, -1)) {
    here[part] ??= {}
    here = here[part] as Record<string, unknown>
  }
  here[path.at(-1) as string] = value
}

/** Removes the key, and the tables above it that have nothing else. */
function removeAt(root: Record<string, unknown>, [key, ...rest]: readonly string[]): void {
  if (key === undefined) return
  const below = root[key]
  if (rest.length > 0 && isTable(below)) removeAt(below, rest)
  if (rest.length === 0 || (isTable(below) && Object.keys(below).length === 0)) delete root[key]
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
