/** Values in YAML files of other programs: set, taken back, and hidden where they are secret. */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { parse } from 'yaml'
import type { Json } from '../lib/formats/format.ts'
import { formats } from '../lib/formats/index.ts'
import { isTable, setAt } from '../lib/formats/is-table.ts'
import { hideSecrets } from '../lib/formats/secrets.ts'
import { checkProperty } from './support/check-property.ts'

const { yaml } = formats
const ENDPOINT = ['mirrors', 'docker.io', 'endpoint']
const MIRRORS = ['https://m.example', 'https://n.example/v2/hub']
const LINES = '      - "https://m.example"\n      - "https://n.example/v2/hub"\n'

describe('a value in YAML', () => {
  const cases: [title: string, before: string, after: string, path?: string[], value?: Json][] = [
    ['goes into an empty file', '', `mirrors:\n  docker.io:\n    endpoint:\n${LINES}`],
    [
      'goes behind comments',
      '# by hand\n\n# mirrors:\n',
      `# by hand\n\n# mirrors:\nmirrors:\n  docker.io:\n    endpoint:\n${LINES}`,
    ],
    [
      'goes behind a comment without a line break',
      '# by hand',
      `# by hand\nmirrors:\n  docker.io:\n    endpoint:\n${LINES.trimEnd()}`,
    ],
    ['goes behind the start of a document', '---\n', `---\nmirrors:\n  docker.io:\n    endpoint:\n${LINES}`],
    [
      'goes behind the last key of its map, and comments stay where they are',
      'mirrors: # all\n  quay.io:\n    endpoint:\n      - "https://q" # first\n  # tail\n\n# configs\nconfigs: {}\n',
      `mirrors: # all\n  quay.io:\n    endpoint:\n      - "https://q" # first\n  docker.io:\n    endpoint:\n${LINES}  # tail\n\n# configs\nconfigs: {}\n`,
    ],
    [
      'keeps CRLF, a byte order mark and a missing final newline',
      '\ufeffmirrors:\r\n  quay.io: {}',
      `\ufeffmirrors:\r\n  quay.io: {}\r\n  docker.io:\r\n    endpoint:\r\n${LINES.replaceAll('\n', '\r\n').trimEnd()}`,
    ],
    [
      'is indented like the rest',
      'mirrors:\n    quay.io:\n        endpoint: []\n',
      `mirrors:\n    quay.io:\n        endpoint: []\n    docker.io:\n        endpoint:\n            - "https://m.example"\n            - "https://n.example/v2/hub"\n`,
    ],
    [
      'goes below a key without a value',
      'mirrors: # none\n# tail\nconfigs:\n',
      `mirrors: # none\n  docker.io:\n    endpoint:\n${LINES}# tail\nconfigs:\n`,
    ],
    [
      'replaces null',
      'mirrors: ~ # none\n',
      'mirrors: {"docker.io": {"endpoint": ["https://m.example", "https://n.example/v2/hub"]}} # none\n',
    ],
    [
      'goes into braces in braces',
      '{mirrors: {}}\n',
      '{mirrors: {"docker.io": {"endpoint": ["https://m.example", "https://n.example/v2/hub"]}}}\n',
    ],
    [
      'goes on lines in place of empty braces',
      'mirrors: {} # none\nconfigs: { }',
      `mirrors: # none\n  docker.io:\n    endpoint:\n${LINES}configs: { }`,
    ],
    [
      'goes behind the last key in braces',
      '{mirrors: {quay.io: {endpoint: [a, b]}, }, # c\n}\n',
      '{mirrors: {quay.io: {endpoint: [a, b]}, "docker.io": {"endpoint": ["https://m.example", "https://n.example/v2/hub"]}, }, # c\n}\n',
    ],
    [
      'replaces a list on lines, with the comments in it',
      'mirrors:\n  "docker.io":\n    endpoint: # e\n    - https://old # o\n    - https://older # p\n    rewrite:\n      "^(.*)$": "x/$1"\n',
      'mirrors:\n  "docker.io":\n    endpoint: # e\n    - "https://m.example"\n    - "https://n.example/v2/hub" # p\n    rewrite:\n      "^(.*)$": "x/$1"\n',
    ],
    [
      'replaces a list in brackets',
      'mirrors:\n  \'docker.io\':\n    endpoint: ["https://old",\n      b] # e\n',
      'mirrors:\n  \'docker.io\':\n    endpoint: ["https://m.example", "https://n.example/v2/hub"] # e\n',
    ],
    ['replaces a string on several lines', 'a: |\n  x\n  y\n\nb: 1\n', 'a: true\n\nb: 1\n', ['a'], true],
    ['replaces an alias', 'x: &m [a]\ny: *m\n', 'x: &m [a]\ny: [1]\n', ['y'], [1]],
    ['replaces what is written as nothing', 'a:\nb: 1\n', 'a: false\nb: 1\n', ['a'], false],
    [
      'quotes a key that is no plain word',
      'configs:\n',
      'configs:\n  "m.example:5000":\n    tls:\n      insecure_skip_verify: true\n',
      ['configs', 'm.example:5000', 'tls', 'insecure_skip_verify'],
      true,
    ],
    ['quotes a key that older YAML reads as a boolean', 'a: 1\n', 'a: 1\n"on": "é\\n"\n', ['on'], 'é\n'],
    ['has the name of a prototype', 'a: 1\n', 'a: 1\n__proto__:\n  x: 1\n', ['__proto__', 'x'], 1],
    [
      'goes into a map of a list item by its first key',
      'l:\n- a: {}\nb:\n  c: 1\n',
      'l:\n- a: {}\nb:\n  c: 1\n  d: 2\n',
      ['b', 'd'],
      2,
    ],
  ]
  for (const [title, before, after, path = ENDPOINT, value = MIRRORS] of cases) {
    it(title, () => {
      assert.equal(yaml.set(before, path, value), after)
      assert.equal(yaml.set(after, path, value), after)
      assert.deepEqual(yaml.valueAt(after, path), value)
    })
    it(`${title}, and is taken back`, () => {
      const restored = yaml.withdraw(after, before, path)
      assert.equal(restored, before)
    })
  }

  const refused: [title: string, text: string, path?: string[]][] = [
    ['a tab as indentation', 'a:\n\tb: 1\n'],
    ['a key that is there twice', 'a: 1\na: 2\n'],
    ['a second document', 'a: 1\n---\nb: 1\n'],
    ['an alias above it', 'x: &m {a: 1}\nb: *m\n', ['b', 'c']],
    ['an anchor that others use', 'a: &m [x]\nc: *m\n', ['a']],
    ['a value above it that is no map', 'a: []\n', ['a', '0']],
    ['a text', 'text\n'],
    ['a tag', 'a: !x 1\n'],
    ['half a document', 'a: "'],
  ]
  for (const [title, text, path = ['mirrors']] of refused)
    it(`is not set beside ${title}`, () => assert.equal(yaml.set(text, path, MIRRORS), undefined))
  it('is set before the end of a document', () =>
    assert.equal(yaml.set('b: 1\n...\n', ['a'], 1), 'b: 1\na: 1\n...\n'))
  it('is not set where YAML nests too deep', () =>
    assert.equal(yaml.set('['.repeat(10_000), ['a'], 1), undefined))

  it('is taken back from a file that has changed since', () => {
    const original = 'mirrors:\n  docker.io:\n    endpoint: [ "https://old" ] # o\nconfigs: {}\n'
    const now =
      '# new\nmirrors:\n  docker.io:\n    endpoint: ["https://m.example"] # mine\n  quay.io:\n    endpoint:\n      - "https://q"\nconfigs: {"m": {"tls": {"ca_file": "/ca"}}, "other": 1}\n'
    const first = yaml.withdraw(now, original, ENDPOINT)
    assert.equal(first, now.replace('["https://m.example"]', '[ "https://old" ]'))
    const second = yaml.withdraw(first ?? '', original, ['mirrors', 'quay.io', 'endpoint'])
    assert.equal(second, first?.replace('  quay.io:\n    endpoint:\n      - "https://q"\n', ''))
    const third = yaml.withdraw(second ?? '', original, ['configs', 'm', 'tls', 'ca_file'])
    assert.equal(third, second?.replace('"m": {"tls": {"ca_file": "/ca"}}, ', ''))
    assert.equal(yaml.withdraw('b: 1\n', original, ENDPOINT)?.includes('https://old'), true)
    assert.equal(yaml.withdraw('b: 1\n', '', ['a', 'b']), 'b: 1\n', 'it is gone already')
    assert.equal(yaml.withdraw('a: # new\n  b: 1\n', 'a: {}\n', ['a', 'b']), 'a: {} # new\n')
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
  fc.constantFrom('a', 'b', 'c', 'docker.io', 'm:5000', '*', '__proto__', 'on', '1'),
  fc.string({ unit: 'binary-ascii', maxLength: 4 }),
)
const VALUE = fc.jsonValue({ maxDepth: 2 }).map(value => JSON.parse(JSON.stringify(value)) as Json)
const OBJECT = fc.letrec<{ object: unknown; member: unknown }>(tie => ({
  object: fc.dictionary(KEY, tie('member'), { maxKeys: 4, noNullPrototype: true }),
  member: fc.oneof({ maxDepth: 3 }, VALUE, tie('object')),
})).object

interface Layout {
  /** Chooses the spelling of each node in turn. */
  readonly choices: readonly number[]
  readonly unit: string
  next: number
}

/** Documents as people lay them out: block and flow, with comments and empty lines between the keys. */
const CASES: fc.Arbitrary<Case> = fc
  .record({
    object: OBJECT,
    choices: fc.array(fc.nat(59), { minLength: 1, maxLength: 30 }),
    unit: fc.constantFrom('  ', '    ', ' '),
    eol: fc.constantFrom('\n', '\r\n'),
    start: fc.constantFrom('', '---\n', '# top\n', '\n', '# top\n---\n', '%YAML 1.2\n---\n'),
    end: fc.constantFrom('', '\n', '\n\n', '\n# end\n', '\n  # end\n', '\n...\n', '\n# end'),
    mark: fc.constantFrom('', '\ufeff'),
    path: fc.array(KEY, { minLength: 1, maxLength: 4 }),
    value: VALUE,
  })
  .map(({ object, choices, unit, eol, start, end, mark, path, value }) => {
    const body = spell(object, '', { choices, unit, next: 0 }).replace(/^\n/, '')
    return { text: mark + (start + body + end).replaceAll('\n', eol), path, value }
  })

const choose = (layout: Layout) => layout.choices[layout.next++ % layout.choices.length] ?? 0

/** A value behind its colon or dash; a block starts with a line break. */
function spell(value: unknown, indent: string, layout: Layout): string {
  const choice = choose(layout)
  const isEmpty = typeof value !== 'object' || value === null || Object.keys(value).length === 0
  if (value === null) return ['', 'null', '~'][choice % 3] ?? ''
  if (isEmpty || choice % 4 === 0) return flow(value, choice)
  if (Array.isArray(value)) {
    const own = choice % 3 === 0 ? indent : indent + layout.unit
    return value.map(one => `\n${noise(own, layout)}${own}- ${flow(one, choice)}${tail(layout)}`).join('')
  }
  return Object.entries(value)
    .map(([key, one], i) => {
      const lead = i === 0 && indent === '' ? '' : noise(indent, layout)
      const below = spell(one, indent + layout.unit, layout)
      const space = below === '' || below.startsWith('\n') ? '' : ' '
      const isLine = !below.includes('\n')
      return `\n${lead}${indent}${spellKey(key, choice)}:${space}${below}${isLine ? tail(layout) : ''}`
    })
    .join('')
}

const noise = (indent: string, layout: Layout) =>
  ['', '', `${indent}# c\n`, '\n', ' \n'][choose(layout) % 5] ?? ''
const tail = (layout: Layout) => ['', '', ' # c', ' ', ' #c'][choose(layout) % 5] ?? ''

const spellKey = (key: string, choice: number) =>
  /^[a-z][a-z.]*$/.test(key) && choice % 2 === 0 ? key : JSON.stringify(key)

function flow(value: unknown, choice: number): string {
  const text = JSON.stringify(value)
  if (typeof value === 'string' && /^[a-z]+$/.test(value) && choice % 3 === 0) return value
  return choice % 5 === 0 ? text.replace(/^\{(.)/, '{ $1') : text
}

async function checkEdit({ text, path, value }: Case): Promise<void> {
  const was = read(text)
  const set = yaml.set(text, path, value)
  if (set === undefined) return assert.ok(leadsThroughOther(was, path), 'refused without a reason')
  assert.deepEqual(yaml.valueAt(set, path), value)
  setAt(was, path, value)
  assert.ok(isDeepStrictEqual(read(set), was), `another value has changed: ${set}`)
  assert.equal(yaml.set(set, path, value), set)
  assert.equal(yaml.withdraw(set, text, path), text)
  assert.equal(set.replaceAll('\r\n', '').includes('\r'), false)
  assert.equal(/[^\r]\n/.test(set) && /\r\n/.test(set), /[^\r]\n/.test(text) && /\r\n/.test(text), set)
}

/** By yaml itself, whose objects lose `__proto__`. */
function read(text: string): Record<string, unknown> {
  const parsed = parse(text.replace(/^\ufeff/, ''), { prettyErrors: false, mapAsMap: true, stringKeys: true })
  return plain(parsed ?? new Map()) as Record<string, unknown>
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (!(value instanceof Map)) return value
  const table: Record<string, unknown> = {}
  for (const [key, one] of value) setAt(table, [String(key)], plain(one))
  return table
}

function leadsThroughOther(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return false
  if (value === null) return false
  if (!isTable(value)) return true
  return Object.hasOwn(value, key) && leadsThroughOther(value[key], rest)
}

describe('secrets in YAML', () => {
  const shown = (text: string) => hideSecrets(undefined, text, 'yaml')[1]

  it('are hidden below the key that names them', () =>
    assert.equal(
      shown(
        'configs:\n  "m.example":\n    auth:\n      username: u\n      password: "s1"\n      identity_token: |\n        s2\n    tls: {ca_file: /ca}\n',
      ),
      'configs:\n  "m.example":\n    auth:\n      username: "***"\n      password: "***"\n      identity_token: "***"\n    tls: {ca_file: /ca}\n',
    ))

  it('are hidden where an anchor has them', () =>
    assert.equal(
      shown('x: &pw s1\nconfigs: {m: {auth: {password: *pw}}}\n'),
      'x: &pw "***"\nconfigs: {m: {auth: {password: *pw}}}\n',
    ))

  it('are hidden in comments', () =>
    assert.doesNotMatch(
      shown(
        'a: 1 # b\n# password: s1\n# auth:\n#   s2\nb:\n  password: s3 # s4\n  url: "http://u:s5@h#x" # ok\n',
      ) ?? '',
      /s\d/,
    ))

  it('are hidden in urls and in arguments', () =>
    assert.doesNotMatch(
      shown('p: http://u:s1@proxy.example\nq: "http:\\/\\/u:s2@proxy"\ne: [TOKEN=s3]\n') ?? '',
      /s\d/,
    ))

  it('are hidden where the text is not YAML', () =>
    assert.doesNotMatch(shown('a:\n\tpassword: s1\n  token: "s2"\n') ?? '', /s1|s2/))

  it('have their value for what other programs print', () => {
    assert.equal(yaml.unquote('"a\\u0062"'), 'ab')
    assert.equal(yaml.unquote("'a'"), 'a')
    assert.equal(yaml.unquote('a b'), 'a b')
    assert.equal(yaml.unquote('"'), '"')
  })
})
