/**
 * Lists in YAML 1.2, as far as they are plain data: no tags, no second document, no merge keys. Anchors are
 * welcome until they multiply. The only importer of yaml.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
  type YAMLMap,
} from 'yaml'
import type { Parsed, Position, SourceFault } from './source.ts'
import type { Path } from './written.ts'

const MAX_DEPTH = 100
/** Nodes after anchors are spelled out; far above any real list, far below what a bomb needs. */
const MAX_NODES = 200_000

/** A node that cannot be plain data, thrown inside this file only. */
interface Refusal {
  readonly node: Node
  readonly message: string
}

export function parseYaml(text: string): Parsed {
  const lines = new LineCounter()
  const at = (offset: number) => positionAt(lines, offset)
  try {
    const document = parseDocument(text, OPTIONS(lines))
    const faults = faultsOf(document, at)
    return faults.length > 0 ? { faults } : readDocument(document, at)
  } catch (error) {
    if (error instanceof RangeError) return { faults: [{ line: 1, column: 1, message: TOO_DEEP }] }
    throw error
  }
}

const OPTIONS = (lineCounter: LineCounter) =>
  ({
    lineCounter,
    prettyErrors: false,
    uniqueKeys: true,
    stringKeys: true,
    merge: false,
    resolveKnownTags: false,
    logLevel: 'error',
  }) as const

function readDocument(document: Document.Parsed, at: (offset: number) => Position): Parsed {
  const refusals: Refusal[] = []
  const value = plain(document.contents, { document, refusals, left: MAX_NODES }, 0)
  const [refusal] = refusals
  if (refusal !== undefined) {
    return { faults: [{ ...at(refusal.node.range?.[0] ?? 0), message: refusal.message }] }
  }
  const place = (node: Node | undefined) => (node?.range ? at(node.range[0]) : undefined)
  return {
    source: {
      value,
      locate: path => place(nodeAt(document, path)),
      locateKey: path => place(keyAt(document, path)),
    },
  }
}

interface Reading {
  readonly document: Document.Parsed
  readonly refusals: Refusal[]
  left: number
}

function plain(node: unknown, reading: Reading, depth: number): unknown {
  if (reading.refusals.length > 0 || node === null || node === undefined) return null
  reading.left -= 1
  if (reading.left < 0) return refuse(reading, node as Node, 'anchors multiply this list beyond all measure')
  if (depth > MAX_DEPTH) return refuse(reading, node as Node, TOO_DEEP)
  if (isAlias(node)) {
    const meant = node.resolve(reading.document)
    return meant ? plain(meant, reading, depth + 1) : refuse(reading, node, 'no anchor has this name')
  }
  if (isSeq(node)) return node.items.map(item => plain(item, reading, depth + 1))
  if (isMap(node)) return plainMap(node, reading, depth)
  return isScalar(node) ? node.value : null
}

function plainMap(map: YAMLMap, reading: Reading, depth: number): Record<string, unknown> {
  const table: Record<string, unknown> = {}
  for (const { key, value } of map.items) {
    const content = {
      value: plain(value, reading, depth + 1),
      writable: true,
      enumerable: true,
      configurable: true,
    }
    Object.defineProperty(table, keyText(key), content)
  }
  return table
}

function refuse(reading: Reading, node: Node, message: string): null {
  reading.refusals.push({ node, message })
  return null
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key)
}

function nodeAt(document: Document.Parsed, path: Path): Node | undefined {
  let node: unknown = document.contents
  for (const part of path) {
    const here = isAlias(node) ? node.resolve(document) : node
    if (isMap(here)) node = pairOf(here, part)?.value ?? pairOf(here, part)?.key
    else if (isSeq(here)) node = here.items[Number(part)]
    else return undefined
  }
  return (node ?? undefined) as Node | undefined
}

function keyAt(document: Document.Parsed, path: Path): Node | undefined {
  const parent = nodeAt(document, path.slice(0, -1))
  const map = isAlias(parent) ? parent.resolve(document) : parent
  const pair = isMap(map) ? pairOf(map, path.at(-1) ?? '') : undefined
  return (pair?.key as Node | undefined) ?? nodeAt(document, path)
}

function pairOf(map: YAMLMap, key: string | number) {
  return map.items.find(pair => keyText(pair.key) === String(key))
}

function faultsOf(document: Document.Parsed, at: (offset: number) => Position): SourceFault[] {
  const version = document.directives.yaml.explicit ? document.directives.yaml.version : '1.2'
  if (version !== '1.2') {
    return [
      { line: 1, column: 1, message: `this is YAML ${version}, not 1.2`, hint: 'leave the %YAML line out' },
    ]
  }
  const first = document.errors[0] ?? document.warnings[0]
  return first === undefined ? [] : [{ ...at(first.pos[0]), message: wordsFor(first) }]
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

const TOO_DEEP = `more than ${MAX_DEPTH} levels are nested, or an anchor holds itself`

const WORDS: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_ALIAS: 'this anchor or alias is not well formed',
  BAD_DQ_ESCAPE: 'a double-quoted string holds an escape that YAML does not know',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BLOCK_AS_IMPLICIT_KEY: 'a key and its value do not fit together here',
  BAD_SCALAR_START: 'a plain value cannot start with this character; quote it',
  DUPLICATE_KEY: 'this key is given twice',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a closing quote, bracket or comma is missing',
  MULTIPLE_DOCS: 'a second document starts here; a list is one document',
  NON_STRING_KEY: 'a key must be a string',
  RESOURCE_EXHAUSTION: TOO_DEEP,
  TAB_AS_INDENT: 'a tab is used as indentation; YAML wants spaces',
  TAG_RESOLVE_FAILED: 'tags (!…) are not used in a list; write the plain value',
}

/** The parser's own sentences may quote the text, and the text may hold a secret. */
function wordsFor(error: YAMLError): string {
  return WORDS[error.code] ?? 'this is not YAML'
}
