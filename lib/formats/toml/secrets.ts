/** Finds secrets in a TOML text: below certain keys, in certain arguments, and in comments around them. Pure. */
import type { Range } from '../format.ts'
import {
  assignedSecret,
  isSecretArgument,
  isSecretKey,
  mentionsSecret,
  opensSecrets,
} from '../secret-words.ts'
import { keyNames, parseTomlAst } from './ast.ts'
import { readDocument } from './document.ts'
import type { TomlAst, TomlContent, TomlKeyValue } from './tree-parser.ts'

/** Undefined where the text is not TOML. */
export function tomlSecrets(text: string): readonly Range[] | undefined {
  // Escapes may spell a name in other letters.
  if (!mentionsSecret(text) && !text.includes('\\')) return 'fault' in readDocument(text) ? undefined : []
  const parsed = parseTomlAst(text)
  if ('fault' in parsed) return undefined
  const values = parsed.ast.body[0].body.flatMap(item =>
    item.type === 'TOMLTable'
      ? item.body.flatMap(pair => secretsIn(pair, item.resolvedKey.some(isSecretKey)))
      : secretsIn(item, false),
  )
  return [...values, ...secretsInComments(text, parsed.ast, values)]
}

/** The value of a literal as text; the literal itself where it is not TOML. */
export function unquoteToml(literal: string): string {
  const read = readDocument(`x = ${literal}`)
  return 'value' in read ? String(read.value.x) : literal
}

/**
 * Below a commented table of headers, and below a commented key without a value, every line may be a secret. A comment
 * behind a secret may be an older secret.
 */
function secretsInComments(text: string, { comments }: TomlAst, values: readonly Range[]): readonly Range[] {
  let [open, line] = [false, 0]
  const lineAt = (offset: number) => text.lastIndexOf('\n', offset - 1)
  const secretLines = new Set(values.map(([, end]) => lineAt(end)))
  return comments.flatMap(({ range: [start, end], loc }): readonly Range[] => {
    const comment = text.slice(start, end)
    const follows = open && loc.start.line === line + 1 && !/^#\s*\[+[\w-]/.test(comment)
    const opens = opensSecrets(comment)
    ;[open, line] = [opens || follows, loc.start.line]
    const value = secretLines.has(lineAt(start))
      ? comment.replace(/^[#\s]+/, '')
      : follows && !opens
        ? valueIn(comment)
        : assignedSecret(comment)
    return value ? [[end - value.length, end]] : []
  })
}

/** The part after the key, or the whole comment where there is no key. */
function valueIn(comment: string): string {
  return comment.slice(Math.max(0, comment.search(/[=:]/)) + 1).trimStart()
}

/** The values below a key that are secret: because of a name above them, or one of their own. */
function secretsIn(pair: TomlKeyValue, above: boolean): readonly Range[] {
  return rangesOf(pair.value, above || keyNames(pair.key).some(isSecretKey))
}

function rangesOf(value: TomlContent, secret: boolean): readonly Range[] {
  if (value.type === 'TOMLArray') return value.elements.flatMap(element => rangesOf(element, secret))
  if (value.type === 'TOMLInlineTable') return value.body.flatMap(pair => secretsIn(pair, secret))
  const given = value.kind === 'string' && isSecretArgument(value.value)
  return secret || given ? [value.range] : []
}
