/** Finds secrets in a YAML text: below certain keys, in certain arguments, and in comments. Pure. */
import { hideCredentials } from '../../model/hide-credentials.ts'
import type { Range } from '../format.ts'
import { assignedSecret, isSecretArgument, isSecretKey, opensSecrets } from '../secret-words.ts'
import { pairsOf, parseDocument, rangeOf } from './document.ts'
import { isAlias, isMap, isNode, isScalar, isSeq, type Node } from './package.ts'
import type { YamlDocument } from './parse.ts'

/** Undefined where the text is not YAML. */
export function yamlSecrets(text: string): readonly Range[] | undefined {
  const document = parseDocument(text)
  if (document === undefined) return undefined
  const found = new Map<number, Range>()
  collect(document, document.root, false, found)
  const values = [...found.values()]
  return [...values, ...commentSecrets(document, values)]
}

/** The value of a literal as text; the literal itself where it is not one. */
export function unquoteYaml(literal: string): string {
  const value = parseDocument(literal)?.source.value
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : literal
}

/** `above`: a key above the node is the name of a secret. By their starts: an anchor may be under several keys. */
function collect(
  document: YamlDocument,
  node: Node | undefined,
  above: boolean,
  found: Map<number, Range>,
): void {
  if (isAlias(node)) {
    // What it stands for is found by itself, unless only this key says that it is secret.
    if (above) collect(document, document.aliased.get(node), true, found)
  } else if (isMap(node)) {
    for (const { key, value } of pairsOf(document, node))
      collect(document, value, above || isSecretKey(key), found)
  } else if (isSeq(node)) {
    for (const item of node.items) if (isNode(item)) collect(document, item, above, found)
  } else if (isScalar(node) && node.value !== null && (above || isSecretText(node.value))) {
    const range = rangeOf(document, node)
    if (range !== undefined) found.set(range[0], range)
  }
}

function isSecretText(value: unknown): boolean {
  if (typeof value !== 'string') return false
  return isSecretArgument(value) || hideCredentials(value) !== value
}

/** A comment behind a secret may be an older one; below a commented key without a value, every line may be a secret. */
function commentSecrets({ text }: YamlDocument, values: readonly Range[]): readonly Range[] {
  let open = false
  return linesOf(text).flatMap(([start, line]): readonly Range[] => {
    const at = commentStart(start, line, values)
    const comment = line.slice(at)
    const isWhole = line.slice(0, at).trim() === ''
    const follows = open && isWhole && comment !== ''
    const opens = comment !== '' && opensSecrets(comment)
    open = opens || follows
    const behind = values.some(([, end]) => end > start && end <= start + at)
    const value = behind || (follows && !opens) ? comment.replace(/^[#\s]+/, '') : assignedSecret(comment)
    const end = start + line.length
    return value ? [[end - value.length, end]] : []
  })
}

/** Where the comment of a line starts; its end where it has none, or the `#` is in a value. */
function commentStart(start: number, line: string, values: readonly Range[]): number {
  for (const { index } of line.matchAll(/#/g)) {
    const isComment = index === 0 || /\s/.test(line[index - 1] ?? '')
    const isInside = values.some(([from, end]) => from <= start + index && start + index < end)
    if (isComment && !isInside && !isQuoted(line.slice(0, index))) return index
  }
  return line.length
}

function isQuoted(before: string): boolean {
  const rest = before.replace(/"(?:\\.|[^"\\])*"|'[^']*'/g, '')
  return /["']/.test(rest)
}

function linesOf(text: string): readonly (readonly [start: number, line: string])[] {
  return [...text.matchAll(/[^\r\n]+/g)].map(({ 0: line, index }) => [index, line] as const)
}
