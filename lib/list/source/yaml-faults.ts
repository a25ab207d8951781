/** What is wrong with a text that is not YAML, for people who have just met one of its traps. Pure. */

/** An error of the parser, as far as it is looked at. Its message may quote the text, and the text may hold a secret. */
export interface YamlError {
  readonly code: string
  readonly pos: readonly [from: number, to: number]
  readonly message: string
}

interface Words {
  readonly message: string
  readonly hint?: string
}

/** Words, and the offset of what they are said of. */
interface Said {
  readonly offset: number
  readonly words: Words
}

export const MAX_DEPTH = 100
export const TOO_DEEP = `more than ${MAX_DEPTH} levels are nested, or an anchor holds itself`

/** What to say of the errors of one text; undefined when there are none. */
export function sayOf(errors: readonly YamlError[], text: string): Said | undefined {
  const [first] = errors
  if (first === undefined) return undefined
  const [offset] = first.pos
  return starFault(errors, text) ?? { offset, words: wordsOf(first, text.slice(offset)) }
}

/** The key of every other registry. Without quotes it is an alias, and what follows fits nothing. */
function starFault(errors: readonly YamlError[], text: string): Said | undefined {
  const alias = errors.find(({ code }) => code === 'BAD_ALIAS')
  if (alias === undefined) return undefined
  const offset = text.lastIndexOf('*', alias.pos[0])
  if (offset === -1 || errors.some(({ pos }) => pos[0] < offset)) return undefined
  return { offset, words: { message: 'what begins with "*" needs quotes', hint: 'write "*":' } }
}

function wordsOf({ code, message }: YamlError, rest: string): Words {
  const trap = TRAPS.find(([of, what, where]) => of.test(code) && what.test(message) && where.test(rest))
  return trap?.[3] ?? WORDS[code] ?? { message: 'this is not YAML', hint: 'quote it, if it is a value' }
}

const INDENT = {
  message: 'the indentation does not fit the lines above',
  hint: 'what belongs together begins in the same column',
}

/** Errors that have one code and several causes: of the code, of the parser's words, and of what stands there. */
const TRAPS: readonly (readonly [code: RegExp, message: RegExp, rest: RegExp, words: Words])[] = [
  [/^BAD_INDENT$/, /^Flow/, /^/, { message: 'a bracket above is not closed', hint: 'add its "]" or "}"' }],
  [/^(MISSING_CHAR|BLOCK_AS_IMPLICIT_KEY)$/, /^/, /^\s/, INDENT],
  [/^MISSING_CHAR$/, /quote/, /^/, { message: 'a quote above is not closed' }],
  [
    /^MULTILINE_IMPLICIT_KEY$/,
    /^/,
    /^["']?https?:/,
    { message: 'a mirror with more than its url begins with a key', hint: 'write "url: " before its url' },
  ],
]

const WORDS: Readonly<Record<string, Words>> = {
  BAD_ALIAS: { message: 'this anchor or alias is not well formed', hint: 'quote what begins with "&"' },
  BAD_DQ_ESCAPE: { message: 'a double-quoted string holds an escape that YAML does not know' },
  BAD_INDENT: INDENT,
  BAD_SCALAR_START: { message: 'a plain value cannot start with this character', hint: 'quote it' },
  BLOCK_AS_IMPLICIT_KEY: { message: 'a value that holds ": " needs quotes' },
  KEY_OVER_1024_CHARS: { message: 'a key is longer than 1024 characters' },
  MISSING_CHAR: { message: 'a comma, a colon or a closing bracket is missing' },
  MULTILINE_IMPLICIT_KEY: { message: 'a key needs a colon and a space after it', hint: 'write key: value' },
  MULTIPLE_DOCS: { message: 'a second document starts here; a list is one document' },
  NON_STRING_KEY: { message: 'a key must be a string', hint: 'put it in quotes' },
  RESOURCE_EXHAUSTION: { message: TOO_DEEP },
  TAB_AS_INDENT: { message: 'a tab is used as indentation; YAML wants spaces' },
  TAG_RESOLVE_FAILED: { message: 'tags (!…) are not used in a list; write the plain value' },
}
