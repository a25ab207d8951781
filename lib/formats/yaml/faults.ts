/** Messages for texts that are not YAML, with the common mistakes by name. Pure. */

/** The part of a parser's error that is read. Its message may quote the text, and the text may hold a secret. */
interface YamlError {
  readonly code: string
  readonly pos: readonly [from: number, to: number]
  readonly message: string
}

interface Description {
  readonly message: string
  readonly hint?: string
}

/** `offset` is the position in the text. */
interface YamlFault {
  readonly offset: number
  readonly description: Description
}

export const MAX_DEPTH = 100
export const TOO_DEEP = {
  message: `more than ${MAX_DEPTH} levels are nested, or an anchor contains itself`,
  hint: 'remove some levels',
}

/** What the errors of one text mean; undefined when there are none. */
export function yamlFault(errors: readonly YamlError[], text: string): YamlFault | undefined {
  const [first] = errors
  if (first === undefined) return undefined
  const [offset] = first.pos
  return starFault(errors, text) ?? { offset, description: describe(first, text.slice(offset)) }
}

/** The key of all other registries: without quotes YAML reads an alias, and the rest of the line does not fit. */
function starFault(errors: readonly YamlError[], text: string): YamlFault | undefined {
  const alias = errors.find(({ code }) => code === 'BAD_ALIAS')
  if (alias === undefined) return undefined
  const offset = text.lastIndexOf('*', alias.pos[0])
  if (offset === -1 || errors.some(({ pos }) => pos[0] < offset)) return undefined
  return { offset, description: { message: 'text that starts with "*" needs quotes', hint: 'write "*":' } }
}

function describe({ code, message }: YamlError, rest: string): Description {
  const mistake = MISTAKES.find(
    ([of, what, where]) => of.test(code) && what.test(message) && where.test(rest),
  )
  return mistake?.[3] ?? DESCRIPTIONS[code] ?? { message: 'this is not YAML', hint: 'put a value in quotes' }
}

const INDENT = {
  message: 'the indentation does not match the lines above',
  hint: 'start all keys of a table in the same column',
}

/** Errors with one code and several causes: by the code, the parser's message, and the text at that place. */
const MISTAKES: readonly (readonly [code: RegExp, message: RegExp, rest: RegExp, means: Description])[] = [
  [/^BAD_INDENT$/, /^Flow/, /^/, { message: 'a bracket above is not closed', hint: 'add its "]" or "}"' }],
  [/^(MISSING_CHAR|BLOCK_AS_IMPLICIT_KEY)$/, /^/, /^\s/, INDENT],
  [/^MISSING_CHAR$/, /quote/, /^/, { message: 'a quote above is not closed', hint: 'close it on its line' }],
  [
    /^MULTILINE_IMPLICIT_KEY$/,
    /^/,
    /^["']?https?:/,
    { message: 'a mirror with other keys needs the key url', hint: 'write "url: " before its URL' },
  ],
]

const DESCRIPTIONS: Readonly<Record<string, Description>> = {
  BAD_ALIAS: { message: 'this is not a valid anchor or alias', hint: 'quote text that starts with "&"' },
  BAD_DQ_ESCAPE: {
    message: 'a double-quoted string contains an escape that YAML does not have',
    hint: 'correct it',
  },
  BAD_INDENT: INDENT,
  BAD_SCALAR_START: { message: 'a value without quotes cannot start with this character', hint: 'quote it' },
  BLOCK_AS_IMPLICIT_KEY: { message: 'a value that contains ": " needs quotes', hint: 'quote it' },
  KEY_OVER_1024_CHARS: { message: 'a key is longer than 1024 characters', hint: 'shorten it' },
  MISSING_CHAR: { message: 'a comma, a colon or a closing bracket is missing', hint: 'add it' },
  MULTILINE_IMPLICIT_KEY: { message: 'a key needs a colon and a space after it', hint: 'write key: value' },
  MULTIPLE_DOCS: { message: 'a second document starts here', hint: 'write one document' },
  NON_STRING_KEY: { message: 'a key must be a string', hint: 'put it in quotes' },
  RESOURCE_EXHAUSTION: TOO_DEEP,
  TAB_AS_INDENT: { message: 'a tab is used as indentation', hint: 'use spaces' },
  TAG_RESOLVE_FAILED: { message: 'tags (!…) are not allowed here', hint: 'write the plain value' },
}
