/** Damaged texts: cut, doubled, moved, or with tokens that mean something to a parser. */
import fc from 'fast-check'

const TOKENS = [
  ...[
    '"',
    "'",
    '"""',
    "'''",
    '[',
    ']',
    '[[',
    ']]',
    '{',
    '}',
    '=',
    ',',
    '.',
    ':',
    '\n',
    '\r',
    '\r\n',
    '\t',
    ' ',
  ],
  ...[
    '#',
    '\\',
    '\\u12',
    '\\x00',
    '\0',
    '\u0001',
    '\u001b[31m',
    '\ufeff',
    '\u2028',
    'é',
    '😀',
    '\u202e',
    '\u007f',
  ],
  ...['- ', '? ', '&a ', '*a', '!!js/function', '---\n', '%YAML 1.1\n', '<<: *a', '|', '>-', '@', '`', '~'],
  ...[
    'null',
    'true',
    '-0',
    '1e999',
    '0x',
    '1_0',
    'nan',
    '1979-05-27',
    '99999999999999999999',
    '1.',
    '[]',
    '{}',
  ],
  ...[
    '__proto__',
    'constructor',
    '"__proto__": 1, ',
    'version',
    'registries',
    'mirrors',
    'url',
    'header',
    'ca',
  ],
  ...[
    'https://',
    'http://u:p@h',
    '//',
    '/v2',
    '%2f',
    '..',
    '*',
    '_default',
    'config_path',
    'imports',
    'plugins',
  ],
  ...[
    'version = 2\n',
    'version: 1\n',
    '[plugins."io.containerd.grpc.v1.cri".registry]\n',
    'registry.',
    'mirrors.x = 1',
  ],
]

/** One change of a text. Places are shares of its length, so that they fit every text. */
type Change = (text: string) => string

const place = fc.double({ min: 0, max: 1, noNaN: true })
const at = (text: string, share: number) => Math.floor(share * text.length)
const slice = fc.tuple(place, fc.integer({ min: 1, max: 12 }))

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(place, fc.constantFrom(...TOKENS)).map(([where, token]) => (text: string) => {
      const i = at(text, where)
      return text.slice(0, i) + token + text.slice(i)
    }),
  },
  {
    weight: 3,
    arbitrary: slice.map(([where, length]) => (text: string) => {
      const i = at(text, where)
      return text.slice(0, i) + text.slice(i + length)
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(slice, fc.constantFrom(...TOKENS))
      .map(([[where, length], token]) => (text: string) => {
        const i = at(text, where)
        return text.slice(0, i) + token + text.slice(i + length)
      }),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, place, place).map(([from, length, to]) => (text: string) => {
      const lines = text.split('\n')
      const moved = lines.slice(at(text, from) % lines.length).slice(0, 1 + Math.floor(length * 3))
      return lines.toSpliced(Math.floor(to * lines.length), 0, ...moved).join('\n')
    }),
  },
  { weight: 1, arbitrary: place.map(where => (text: string) => text.slice(0, at(text, where))) },
)

/** The text after one to four changes, as bytes; sometimes with one byte that is not UTF-8. */
export function mutated(texts: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const spoilt = fc.option(fc.tuple(place, fc.constantFrom(0x80, 0xff, 0xc3)), { freq: 8 })
  return fc
    .tuple(texts, fc.array(change, { minLength: 1, maxLength: 4 }), spoilt)
    .map(([text, changes, byte]) => {
      const bytes = Buffer.from(changes.reduce((done, one) => one(done), text))
      if (byte !== null && bytes.length > 0)
        bytes[Math.min(at(String(bytes), byte[0]), bytes.length - 1)] = byte[1]
      return bytes
    })
}

/** Random bytes, and texts of tokens only. */
export const noise: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 64 }).map(bytes => Buffer.from(bytes)),
  fc.array(fc.constantFrom(...TOKENS), { maxLength: 12 }).map(tokens => Buffer.from(tokens.join(''))),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map(text => Buffer.from(text)),
)

/** A value in which one part, or all of it, is replaced by any other value. */
export function misshapen(value: unknown): fc.Arbitrary<unknown> {
  const odd = fc.oneof(fc.constantFrom(null, true, -1, 0.5, '', [], {}), fc.jsonValue({ maxDepth: 2 }))
  return fc.tuple(fc.nat(), odd).map(([nth, other]) => {
    const paths = pathsOf(value)
    return replaced(value, paths[nth % paths.length] ?? [], other)
  })
}

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]]
  const below = Object.entries(value).flatMap(([key, inner]) => pathsOf(inner).map(rest => [key, ...rest]))
  return [[], ...below]
}

function replaced(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other
  if (Array.isArray(value))
    return value.map((item, i) => (String(i) === key ? replaced(item, rest, other) : item))
  const table = value as Record<string, unknown>
  return { ...table, [key]: replaced(table[key], rest, other) }
}
