/** YAML 1.2 as plain data: no tags, no second document, no merge keys. Anchors are allowed up to a limit. Pure. */
import type { Parsed, Position, Source, SourceFault } from '../parsed.ts'
import { MAX_DEPTH, TOO_DEEP, yamlFault } from './faults.ts'
import { keyAt, keyText, nodeAt } from './find-node.ts'
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type YAMLMap,
  yamlPackage,
} from './package.ts'

/** Nodes that aliases add: far above any real list, far below a hostile one. */
const MAX_NODES = 200_000

interface Words {
  readonly message: string
  readonly hint: string
}

/** The state of a walk over a document: the anchors so far, and the first node that is no plain data. */
interface Walk {
  readonly anchors: Map<string, Node>
  /** The node of each alias: the parser's own look-up searches the document every time. */
  readonly aliased: Map<Alias, Node>
  refusal: { readonly node: Node; readonly words: Words } | undefined
  /** How many aliases the node is below. */
  aliases: number
  /** How many nodes aliases may still add. */
  left: number
}

/** A text, what it holds, and its nodes with their places. */
export interface YamlDocument {
  readonly text: string
  readonly source: Source
  /** Undefined where the text holds comments only. */
  readonly root: Node | undefined
  /** The nodes that aliases stand for. */
  readonly aliased: ReadonlyMap<Alias, Node>
}

export function parseYaml(text: string): Parsed {
  return readYaml(text)
}

export function readYaml(text: string): YamlDocument | { readonly faults: readonly SourceFault[] } {
  const { LineCounter, parseDocument } = yamlPackage()
  const lines = new LineCounter()
  const at = (offset: number) => positionAt(lines, offset)
  try {
    const document = parseDocument(text, { ...OPTIONS, lineCounter: lines })
    const fault = faultOf(document, text, at)
    return fault === undefined ? readDocument(text, document, at) : { faults: [fault] }
  } catch (error) {
    if (error instanceof RangeError) return { faults: [{ line: 1, column: 1, ...TOO_DEEP }] }
    throw error
  }
}

/** `uniqueKeys` compares each key with each other, which a hostile list turns into minutes; see plainMap. */
const OPTIONS = {
  prettyErrors: false,
  uniqueKeys: false,
  stringKeys: true,
  merge: false,
  resolveKnownTags: false,
  logLevel: 'error',
} as const

function readDocument(
  text: string,
  { contents }: Document.Parsed,
  at: (offset: number) => Position,
): ReturnType<typeof readYaml> {
  const walk: Walk = {
    anchors: new Map(),
    aliased: new Map(),
    refusal: undefined,
    aliases: 0,
    left: MAX_NODES,
  }
  const value = plain(contents, walk, 0)
  const place = (node: Node | undefined) => (node?.range ? at(node.range[0]) : undefined)
  const { refusal, aliased } = walk
  if (refusal !== undefined) {
    return { faults: [{ line: 1, column: 1, ...place(refusal.node), ...refusal.words }] }
  }
  const source: Source = {
    value,
    locate: path => place(nodeAt(contents, path, aliased)),
    locateKey: path => place(keyAt(contents, path, aliased)),
  }
  return { text, source, root: contents ?? undefined, aliased }
}

function plain(node: unknown, walk: Walk, depth: number): unknown {
  if (walk.refusal !== undefined || !isNode(node)) return null
  if (walk.aliases > 0) walk.left -= 1
  if (walk.left < 0) return refuse(walk, node, TOO_LARGE)
  if (depth > MAX_DEPTH) return refuse(walk, node, TOO_DEEP)
  if (isAlias(node)) return plainAlias(node, walk, depth)
  if (node.anchor !== undefined && !walk.anchors.has(node.anchor)) walk.anchors.set(node.anchor, node)
  else if (node.anchor !== undefined && walk.anchors.get(node.anchor) !== node)
    return refuse(walk, node, DUPLICATE_ANCHOR)
  if (isSeq(node)) return node.items.map(item => plain(item, walk, depth + 1))
  if (isMap(node)) return plainMap(node, walk, depth)
  return isScalar(node) ? node.value : null
}

function plainAlias(alias: Alias, walk: Walk, depth: number): unknown {
  const node = walk.anchors.get(alias.source)
  if (node === undefined) return refuse(walk, alias, UNKNOWN_ANCHOR)
  walk.aliased.set(alias, node)
  walk.aliases += 1
  const value = plain(node, walk, depth + 1)
  walk.aliases -= 1
  return value
}

function plainMap(map: YAMLMap, walk: Walk, depth: number): Record<string, unknown> {
  const table: Record<string, unknown> = {}
  for (const { key, value } of map.items) {
    const name = keyText(key)
    if (Object.hasOwn(table, name)) refuse(walk, key as Node, DUPLICATE_KEY)
    const content = plain(value, walk, depth + 1)
    Object.defineProperty(table, name, {
      value: content,
      writable: true,
      enumerable: true,
      configurable: true,
    })
  }
  return table
}

function refuse(walk: Walk, node: Node, words: Words): null {
  walk.refusal ??= { node, words }
  return null
}

function faultOf(
  document: Document.Parsed,
  text: string,
  at: (offset: number) => Position,
): SourceFault | undefined {
  const { explicit, version } = document.directives.yaml
  if (explicit && version !== '1.2') {
    const hint = 'remove the %YAML line'
    return { line: 1, column: 1, message: `this is YAML ${version}, not 1.2`, hint }
  }
  const fault = yamlFault([...document.errors, ...document.warnings], text)
  return fault && { ...at(fault.offset), ...fault.description }
}

function positionAt(
  lines: InstanceType<ReturnType<typeof yamlPackage>['LineCounter']>,
  offset: number,
): Position {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

const TOO_LARGE: Words = { message: 'YAML aliases make the file too large', hint: 'write fewer aliases' }
const UNKNOWN_ANCHOR: Words = { message: 'unknown anchor', hint: 'define it above' }
const DUPLICATE_KEY: Words = { message: 'duplicate key', hint: 'remove one' }
const DUPLICATE_ANCHOR: Words = { message: 'duplicate anchor', hint: 'rename it' }
