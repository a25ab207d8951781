/** The fast parser of TOML reads a text exactly as the syntax tree does, or leaves it to the tree. */
import assert from 'node:assert/strict'
import { globSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { parseTomlAst, tomlValue } from '../lib/formats/toml/ast.ts'
import { readDocument } from '../lib/formats/toml/document.ts'
import { readValues } from '../lib/formats/toml/fast-parser.ts'
import { checkProperty } from './support/check-property.ts'

const root = path.resolve(import.meta.dirname, '..')
const files = globSync(['fixtures/**/*.toml', 'templates/**/*.toml'], { cwd: root }).sort()
/** Without the directories and dangling links of nodes. */
const texts = files
  .map(file => path.join(root, file))
  .filter(file => statSync(file, { throwIfNoEntry: false })?.isFile())
  .map(file => readFileSync(file, 'utf8'))

/** Whether the fast parser read the text; then the tree must have the same value. */
function agrees(text: string): boolean {
  const value = readValues(text)
  if (value === undefined) return false
  const parsed = parseTomlAst(text)
  assert.ok('ast' in parsed, 'the tree refuses what the fast parser reads')
  assert.deepStrictEqual(value, tomlValue(parsed.ast))
  return true
}

/** Pieces that join to documents, most of them almost valid. */
const PIECES = [
  ...[
    'a',
    'b.c',
    '"a"',
    "'b'",
    '"a\\u0062"',
    'a."b.c"',
    '__proto__',
    'constructor.x',
    '1',
    '1.2',
    '-',
    'true',
    '""',
  ],
  ...['[a]', '[[a]]', '[a.b]', '[[a.b]]', '[ a . "b" ]', '[__proto__]', '[a', '[]', '[[a] ]', '[a.b.c]'],
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    '=',
    ' = ',
    '.',
    '\n',
    '\r\n',
    '\r',
    '\t',
    ' ',
    '#',
    '# x\n',
    '\u0000',
    '\u007f',
    '\ufeff',
  ],
  ...[
    '0',
    '-0',
    '+1',
    '01',
    '1_000',
    '1__0',
    '0x1F',
    '0xg',
    '0b11',
    '0o17',
    '1.0',
    '1.5',
    '-0.0',
    '1e3',
    '1e-2',
    '.5',
    '5.',
  ],
  ...['9007199254740993', '9223372036854775807', '1e400', 'inf', '-inf', 'nan', 'truex', 'false'],
  ...['1979-05-27', '07:32:00', '07:32', '1979-05-27T07:32:00Z', '1979-05-27 07:32:00', '2021-02-30'],
  ...[
    '"',
    "'",
    '"""',
    "'''",
    '"x"',
    "'x'",
    '"""x"""',
    "'''x'''",
    '"""\nx"""',
    '"""\\\n  x"""',
    '""""x"""""',
    '"\\e"',
  ],
  ...[
    '"\\x41"',
    '"\\ud800"',
    '"\\U0001F600"',
    '"\\q"',
    '"\ud800"',
    '"é"',
    'é = 1\n',
    '{ a = 1 }',
    '{ a = 1, }',
    '{ a.b = 1, a.c = 2 }',
  ],
  ...[
    '{ a = { b = 1 }, a.c = 2 }',
    '[1, "a"]',
    '[1,]',
    '[,]',
    '[\n1, # x\n]',
    '{\n a = 1\n}',
    'a = 1\n',
    'b = [1]\n',
    'a.b = 1\n',
  ],
  ...[
    'a = {}\n',
    '[a]\n',
    '[b]\n',
    '[[b]]\n',
    '[a.b]\n',
    '[b.c]\n',
    'c = [{ a = 1 }]\n',
    '[[c]]\n',
    '[c.a]\n',
    'a.b.c = 1\n',
  ],
]

const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map(parts => parts.join(''))
const lines = fc
  .array(fc.tuple(fc.constantFrom(...PIECES.slice(0, 13)), fc.constantFrom(...PIECES)), { maxLength: 6 })
  .map(pairs => pairs.map(([key, value]) => `${key} = ${value}\n`).join(''))
const tables = fc
  .array(fc.constantFrom(...PIECES.filter(piece => piece.endsWith('\n'))), { maxLength: 10 })
  .map(parts => parts.join(''))
const broken = fc
  .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(6), fc.constantFrom('', ...PIECES))
  .map(([text, at, cut, piece]) => {
    const start = at % (text.length + 1)
    return text.slice(0, start) + piece + text.slice(start + cut)
  })

describe('the parsers of TOML', () => {
  it('agree on every file of the fixtures, which the fast one reads where it is valid', () => {
    const read = texts.filter(agrees)
    const valid = texts.filter(text => 'ast' in parseTomlAst(text))
    assert.ok(read.length > 0.95 * valid.length, `${read.length} of ${valid.length}`)
  })

  for (const [name, text] of Object.entries({ pieces, lines, tables, broken })) {
    it(`agree on ${name}`, () =>
      checkProperty(
        text,
        20_000,
        async one => void agrees(one),
        one => JSON.stringify(one),
      ))
  }

  it('leave to the tree what needs it', () => {
    const nested = `a = ${'['.repeat(95)}${']'.repeat(95)}`
    const deep = `${Array.from({ length: 200 }, () => 'a').join('.')} = 1`
    for (const text of [
      'a = 1.0',
      'a = 9007199254740993',
      'a = 1979-05-27',
      'a = 07:32:00',
      '\ufeffa = 1',
      nested,
      deep,
    ])
      assert.equal(readValues(text), undefined, text)
  })

  it('make a value of own properties, with the usual prototype', () => {
    const read = readDocument('__proto__.a = 1\n[t]\nconstructor = "x"\ni = { a = -1 }')
    assert.ok('value' in read && read.isPlain)
    assert.deepStrictEqual(Object.keys(read.value), ['__proto__', 't'])
    assert.deepStrictEqual(read.value.t, { constructor: 'x', i: { a: -1 } })
  })

  it('give the message of the tree, with its position, for what neither reads', () => {
    const read = readDocument('a = 1\nb = "x\n')
    assert.deepEqual('fault' in read && [read.fault.line, read.fault.message], [2, 'a string is not closed'])
  })
})
