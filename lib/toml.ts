/**
 * TOML that we write: a small emitter for hosts.toml, the splice of one value into a file of somebody else,
 * and for both the proof that another parser reads back what was meant. The only importer of @iarna/toml.
 */
import { isDeepStrictEqual } from 'node:util'
import TOML from '@iarna/toml'
import {
  keyNames,
  parseTomlAst,
  type TomlAst,
  type TomlContent,
  type TomlKeyValue,
  tomlValue,
} from './toml-ast.ts'

export type TomlValue = string | boolean | readonly TomlValue[]
export type TomlKeys = Readonly<Record<string, TomlValue>>

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
  const edit = findEdit(text, parsed.ast, path, value)
  const result = text.slice(0, edit.at) + edit.text + text.slice(edit.end)
  return provesSplice(text, result, path, value) ? result : undefined
}

/** Replace what stands from `at` to `end` by `text`. */
interface Edit {
  readonly at: number
  readonly end: number
  readonly text: string
}

function findEdit(text: string, ast: TomlAst, path: readonly string[], value: TomlValue): Edit {
  const pairs = flatten(ast)
  const present = pairs.find(pair => isDeepStrictEqual(pair.path, path))
  if (present !== undefined) {
    const [at, end] = present.node.value.range
    return { at, end, text: quoteLike(text[at] ?? '"', value) }
  }
  return (
    intoTable(text, ast, path, value) ??
    intoInline(pairs, path, value) ??
    besideDotted(text, pairs, path, value) ??
    appended(text, path, value)
  )
}

/** Below the `[table]` header that the key belongs to. */
function intoTable(text: string, ast: TomlAst, path: readonly string[], value: TomlValue): Edit | undefined {
  const table = ast.body[0].body.find(
    item => item.type === 'TOMLTable' && isDeepStrictEqual(item.resolvedKey, path.slice(0, -1)),
  )
  if (table === undefined || table.type !== 'TOMLTable') return undefined
  const at = lineEnd(text, table.key.range[1])
  const first = table.body[0]
  const indent = first === undefined ? `${indentAt(text, table.range[0])}  ` : indentAt(text, first.range[0])
  return { at, end: at, text: `${lineBreak(text)}${indent}${assignment(path.slice(-1), value)}` }
}

/** Into the deepest `{ … }` that encloses the key. */
function intoInline(pairs: readonly Pair[], path: readonly string[], value: TomlValue): Edit | undefined {
  const around = pairs.filter(
    pair => pair.node.value.type === 'TOMLInlineTable' && startsWith(path, pair.path),
  )
  const deepest = around.sort((a, b) => b.path.length - a.path.length)[0]
  if (deepest?.node.value.type !== 'TOMLInlineTable') return undefined
  const table = deepest.node.value
  const at = table.range[0] + 1
  const added = ` ${assignment(path.slice(deepest.path.length), value)}`
  return { at, end: at, text: table.body.length === 0 ? `${added} ` : `${added},` }
}

/** Next to a dotted key that spells out a part of the table's path: a `[table]` there could define it twice. */
function besideDotted(
  text: string,
  pairs: readonly Pair[],
  path: readonly string[],
  value: TomlValue,
): Edit | undefined {
  const shared = (pair: Pair) => commonLength(pair.path.slice(0, -1), path)
  const dotted = pairs.filter(
    pair =>
      !pair.inline &&
      shared(pair) > pair.tableLength &&
      startsWith(path, pair.path.slice(0, pair.tableLength)),
  )
  const nearest = dotted.sort((a, b) => shared(b) - shared(a))[0]
  if (nearest === undefined) return undefined
  const at = nearest.node.range[0]
  const line = assignment(path.slice(nearest.tableLength), value)
  return { at, end: at, text: `${line}${lineBreak(text)}${indentAt(text, at)}` }
}

function appended(text: string, path: readonly string[], value: TomlValue): Edit {
  const eol = lineBreak(text)
  const gap = text === '' ? '' : text.endsWith('\n') ? eol : eol + eol
  const table = `${gap}${tableHeader(path.slice(0, -1))}${eol}  ${assignment(path.slice(-1), value)}${eol}`
  return { at: text.length, end: text.length, text: table }
}

/** Every key-value pair with its full path; `tableLength` counts the names that its `[table]` header gives. */
interface Pair {
  readonly path: readonly (string | number)[]
  readonly tableLength: number
  readonly inline: boolean
  readonly node: TomlKeyValue
}

function flatten(ast: TomlAst): readonly Pair[] {
  return ast.body[0].body.flatMap(item =>
    item.type === 'TOMLTable'
      ? item.body.flatMap(pair => pairsOf(item.resolvedKey, pair, false))
      : pairsOf([], item, false),
  )
}

function pairsOf(table: readonly (string | number)[], node: TomlKeyValue, inline: boolean): readonly Pair[] {
  const path = [...table, ...keyNames(node.key)]
  const value: TomlContent = node.value
  const below = value.type === 'TOMLInlineTable' ? value.body.flatMap(pair => pairsOf(path, pair, true)) : []
  return [{ path, tableLength: table.length, inline, node }, ...below]
}

function provesSplice(before: string, after: string, path: readonly string[], value: TomlValue): boolean {
  try {
    const expected = TOML.parse(before)
    setAt(expected, path, value)
    return isDeepStrictEqual(expected, TOML.parse(after))
  } catch {
    return provesNewerToml(before, after, path, value)
  }
}

/** TOML 1.1, which containerd 2 reads and @iarna/toml does not: the parser that gave the positions has to do. */
function provesNewerToml(before: string, after: string, path: readonly string[], value: TomlValue): boolean {
  const [old, now] = [parseTomlAst(before), parseTomlAst(after)]
  if ('fault' in old || 'fault' in now) return false
  const expected = tomlValue(old.ast)
  setAt(expected, path, value)
  return isDeepStrictEqual(expected, tomlValue(now.ast))
}

function setAt(root: Record<string, unknown>, path: readonly string[], value: TomlValue): void {
  let here = root
  for (const part of path.slice(0, -1)) {
    here[part] ??= {}
    here = here[part] as Record<string, unknown>
  }
  here[path.at(-1) as string] = value
}

function tableHeader(path: readonly string[]): string {
  return `[${path.map(keyText).join('.')}]`
}

function assignment(path: readonly string[], value: TomlValue): string {
  return `${path.map(keyText).join('.')} = ${valueText(value)}`
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : valueText(key)
}

function valueText(value: TomlValue): string {
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return `[${value.map(valueText).join(', ')}]`
  // A JSON string is a TOML basic string but for DEL, which TOML wants escaped.
  return JSON.stringify(value).replaceAll('\u007f', '\\u007F')
}

/** The value in the quotes that stand there, where it can be written in them. */
function quoteLike(quote: string, value: TomlValue): string {
  return typeof value === 'string' && quote === "'" && !/['\u0000-\u001f\u007f]/.test(value)
    ? `'${value}'`
    : valueText(value)
}

function lineBreak(text: string): string {
  return /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n'
}

function lineEnd(text: string, from: number): number {
  const found = text.slice(from).search(/\r?\n/)
  return found === -1 ? text.length : from + found
}

function indentAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}

function startsWith(path: readonly unknown[], prefix: readonly unknown[]): boolean {
  return prefix.length <= path.length && commonLength(path, prefix) === prefix.length
}

function commonLength(a: readonly unknown[], b: readonly unknown[]): number {
  const differs = a.findIndex((part, i) => part !== b[i])
  return differs === -1 ? Math.min(a.length, b.length) : differs
}
