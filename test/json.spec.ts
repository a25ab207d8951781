/** Values in JSON files of other programs: set, taken back, and hidden where they are secret. */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { Json } from '../lib/formats/format.ts'
import { formats } from '../lib/formats/index.ts'
import { isTable, setAt } from '../lib/formats/is-table.ts'
import { hideSecrets } from '../lib/formats/secrets.ts'
import { checkProperty } from './support/check-property.ts'

const { json } = formats
const MIRRORS = ['https://m.example']

describe('a value in JSON', () => {
  const cases: [title: string, before: string, after: string, path?: string[], value?: Json][] = [
    [
      'goes behind the last key, indented like it',
      '{\n    "log-level": "info"\n}\n',
      '{\n    "log-level": "info",\n    "mirrors": [\n        "https://m.example"\n    ]\n}\n',
    ],
    [
      'is indented with tabs where the file is',
      '{\n\t"a": 1,\n\t"b": {}\n}',
      '{\n\t"a": 1,\n\t"b": {},\n\t"mirrors": [\n\t\t"https://m.example"\n\t]\n}',
    ],
    [
      'keeps CRLF, a byte order mark and a missing final newline',
      '\ufeff{\r\n  "a": 1\r\n}',
      '\ufeff{\r\n  "a": 1,\r\n  "mirrors": [\r\n    "https://m.example"\r\n  ]\r\n}',
    ],
    ['goes into an empty file of braces', '{}\n', '{\n  "mirrors": [\n    "https://m.example"\n  ]\n}\n'],
    ['goes into braces with a space', '{ }', '{\n  "mirrors": [\n    "https://m.example"\n  ]\n}'],
    ['stays on the one line of a file', '{ "a": 1 }\n', '{ "a": 1, "mirrors": ["https://m.example"] }\n'],
    ['is as compact as the file', '{"a":1}', '{"a":1,"mirrors":["https://m.example"]}'],
    [
      'replaces the value of a key, at its place and on one line like it',
      '{\n  "mirrors": ["https://old"],\n  "z" : 1\n}\n',
      '{\n  "mirrors": ["https://m.example"],\n  "z" : 1\n}\n',
    ],
    [
      'replaces a value on several lines',
      '{\n "mirrors" : [\n  "https://old"\n ]}',
      '{\n "mirrors" : [\n  "https://m.example"\n ]}',
    ],
    ['replaces a value of another type', '{"mirrors":null}', '{"mirrors":["https://m.example"]}'],
    [
      'creates the objects above it',
      '{\n  "a": 1\n}\n',
      '{\n  "a": 1,\n  "b": {\n    "c": {\n      "d": true\n    }\n  }\n}\n',
      ['b', 'c', 'd'],
      true,
    ],
    [
      'goes into the deepest object that is there',
      '{\n  "b": {\n    "x": [ 1,2 ]\n  }\n}\n',
      '{\n  "b": {\n    "x": [ 1,2 ],\n    "c": {\n      "d": "é\\"\\n"\n    }\n  }\n}\n',
      ['b', 'c', 'd'],
      'é"\n',
    ],
    ['goes into an empty object', '{"b":{ }}', '{"b":{"c":1}}', ['b', 'c'], 1],
    ['finds a key that is spelled with escapes', '{"\\u0061":1, "b": 2}', '{"\\u0061":2, "b": 2}', ['a'], 2],
    ['has the name of a prototype', '{"a":1}', '{"a":1,"__proto__":{"x":1}}', ['__proto__', 'x'], 1],
    ['leaves another key alone that is there twice', '{"a":1,"a":2}', '{"a":1,"a":2,"b":3}', ['b'], 3],
    [
      'leaves a number alone that is too large',
      '{"a":12345678901234567890}',
      '{"a":12345678901234567890,"b":1}',
      ['b'],
      1,
    ],
  ]
  for (const [title, before, after, path = ['mirrors'], value = MIRRORS] of cases) {
    it(title, () => {
      assert.equal(json.set(before, path, value), after)
      assert.equal(json.set(after, path, value), after)
      assert.deepEqual(json.valueAt(after, path), value)
    })
    it(`${title}, and is taken back`, () => assert.equal(json.withdraw(after, before, path), before))
  }

  const refused: [title: string, text: string, path?: string[]][] = [
    ['a comment', '{ // why\n "a": 1 }'],
    ['a comma behind the last key', '{ "a": 1, }'],
    ['a key that is there twice', '{ "mirrors": [], "mirrors": [] }'],
    ['an object above it that is there twice', '{ "a": {}, "a": {} }', ['a', 'b']],
    ['a value above it that is not an object', '{ "a": [] }', ['a', '0']],
    ['a document that is not an object', '[]'],
    ['an empty file', ''],
    ['half a document', '{ "a": '],
    ['text behind the document', '{} {}'],
    ['a second byte order mark', '\ufeff\ufeff{}'],
    ['more than 100 levels', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`],
    ['very many levels', '['.repeat(1_000_000)],
  ]
  for (const [title, text, path = ['mirrors']] of refused) {
    it(`is not set beside ${title}`, () => {
      assert.equal(json.set(text, path, MIRRORS), undefined)
      assert.equal(json.valueAt(text, path), undefined)
    })
  }

  it('is not set where JSON has no such value', () =>
    assert.equal(json.set('{}', ['a'], Number.NaN), undefined))

  it('is taken back from a file that has changed since', () => {
    const original = '{\n  "mirrors":   ["https://old" ],\n  "b": {}\n}\n'
    const now = '{"b": {"c": {"d": 1}, "new": 2}, "more": 3, "mirrors": ["https://m.example"]}'
    assert.equal(
      json.withdraw(now, original, ['mirrors']),
      '{"b": {"c": {"d": 1}, "new": 2}, "more": 3, "mirrors": ["https://old" ]}',
    )
    assert.equal(json.withdraw(now, original, ['b', 'c', 'd']), now.replace('"c": {"d": 1}, ', ''))
    assert.equal(json.withdraw('{"b": {"x": 1}}', original, ['b', 'x']), '{"b": {}}')
    assert.equal(json.withdraw('{"b": 1}', original, ['mirrors']), '{"b": 1, "mirrors": ["https://old" ]}')
    assert.equal(json.withdraw('{"b": 1}', '{}', ['b', 'c']), undefined)
    assert.equal(json.withdraw('{"b": 1}', '{}', ['a', 'b']), '{"b": 1}', 'it is gone already')
    assert.equal(json.withdraw('{"a": {"x": 1}, "b": 1}', '', ['a', 'x']), '{"b": 1}')
  })

  it('is set and taken back in any document, and nothing else changes', async () => {
    const show = (it: Case) =>
      `${JSON.stringify(it.text)} ${JSON.stringify(it.path)} = ${JSON.stringify(it.value)}`
    await checkProperty(CASES, 4000, checkEdit, show)
  })
})

interface Case {
  readonly text: string
  readonly path: readonly string[]
  readonly value: Json
}

const KEY = fc.oneof(
  fc.constantFrom('a', 'b', 'c', '__proto__', 'a.b'),
  fc.string({ unit: 'binary', maxLength: 4 }),
)
const VALUE = fc.jsonValue({ maxDepth: 3 }).map(value => JSON.parse(JSON.stringify(value)) as Json)
const OBJECT = fc.letrec<{ object: unknown; member: unknown }>(tie => ({
  object: fc.dictionary(KEY, tie('member'), { maxKeys: 4, noNullPrototype: true }),
  member: fc.oneof({ maxDepth: 3 }, VALUE, tie('object')),
})).object

/** Documents as people and programs lay them out; some have odd white space. */
const CASES: fc.Arbitrary<Case> = fc
  .record({
    object: OBJECT,
    unit: fc.constantFrom('', '  ', '    ', '\t', ' '),
    eol: fc.constantFrom('\n', '\r\n'),
    end: fc.constantFrom('', '\n', ' \n\n'),
    mark: fc.constantFrom('', '\ufeff'),
    odd: fc.constantFrom('', ' ', '\n', '\t '),
    path: fc.array(KEY, { minLength: 1, maxLength: 4 }),
    value: VALUE,
  })
  .map(({ object, unit, eol, end, mark, odd, path, value }) => {
    const lines = JSON.stringify(object, null, unit).replaceAll('\n', eol)
    const text = lines.replace(/"(?:[^"\\]|\\.)*"|[:,{}]/g, token =>
      token.startsWith('"') ? token : token + odd,
    )
    return { text: mark + text + end, path, value }
  })

async function checkEdit({ text, path, value }: Case): Promise<void> {
  const set = json.set(text, path, value)
  const was = parse(text)
  if (set === undefined) return assert.ok(leadsThroughOther(was, path), 'refused without a reason')
  assert.deepEqual(json.valueAt(set, path), value)
  setAt(was, path, value)
  assert.ok(isDeepStrictEqual(parse(set), was), `another value has changed: ${set}`)
  assert.equal(json.set(set, path, value), set)
  assert.equal(json.withdraw(set, text, path), text)
  for (const kept of ['\ufeff', '\t', '\r'] as const)
    assert.equal(set.includes(kept), text.includes(kept), `${JSON.stringify(kept)} came or went: ${set}`)
}

function parse(text: string): Record<string, unknown> {
  return JSON.parse(text.replace(/^\ufeff/, ''))
}

function leadsThroughOther(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return false
  if (!isTable(value)) return true
  return Object.hasOwn(value, key) && leadsThroughOther(value[key], rest)
}

describe('secrets in JSON', () => {
  const shown = (text: string) => hideSecrets(undefined, text, 'json')[1]

  it('are hidden below the key that names them, at any depth', () =>
    assert.equal(
      shown('{"auths": {"r.example": {"x": "s1", "n": [1, true]}}, "b": [{"PASSWORD": "s2"}], "c": 3}'),
      '{"auths": {"r.example": {"x": "***", "n": ["***", "***"]}}, "b": [{"PASSWORD": "***"}], "c": 3}',
    ))

  it('are hidden in urls and in arguments', () =>
    assert.equal(
      shown(
        '{"p": "http://u:s1@proxy.example", "q": "http:\\/\\/u:s2\\u0040proxy.example", "e": ["TOKEN=s3"]}',
      ),
      '{"p": "http://***@proxy.example", "q": "***", "e": ["***"]}',
    ))

  it('are hidden where the text is not JSON', () =>
    assert.doesNotMatch(shown('{\n  "token": "s1", // "s2"\n}') ?? '', /s1|s2/))

  it('have their value for what other programs print', () => {
    assert.equal(json.unquote('"a\\u0062"'), 'ab')
    assert.equal(json.unquote('12'), '12')
    assert.equal(json.unquote("'a'"), "'a'")
  })
})
