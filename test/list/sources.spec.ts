/** The three parsers: the same value as another parser, and the position of every key. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Parsed, Source } from '../../lib/formats/parsed.ts'
import { parseYaml } from '../../lib/formats/yaml/parse.ts'
import { parseJson } from '../../lib/list/source/json.ts'
import { parseToml } from '../../lib/list/source/toml.ts'

function sourceOf(parsed: Parsed): Source {
  assert.ok('source' in parsed, JSON.stringify(parsed))
  return parsed.source
}

describe('lists in JSON', () => {
  it('have the value that JSON.parse has', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2, '\t'), (text, indent) => {
        const pretty = JSON.stringify(JSON.parse(text), null, indent)
        assert.deepEqual(sourceOf(parseJson(pretty)).value, JSON.parse(pretty))
      }),
      { numRuns: 500, seed: 7 },
    )
  })

  it('are refused where JSON.parse refuses them', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '01',
      '1.',
      'true',
      'nul',
      ' ',
      '\n',
      '\t',
    )
    fc.assert(
      fc.property(
        fc.array(pieces).map(parts => parts.join('')),
        text => {
          const read = 'source' in parseJson(text)
          assert.equal(read, isJson(text))
        },
      ),
      { numRuns: 3000, seed: 7 },
    )
  })
})

/** A key that is set twice is not JSON here, and the pieces above can make one. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return !/"a"\s*:.*"a"\s*:/s.test(text) || 'source' in parseJson(text)
  } catch {
    return false
  }
}

describe('positions', () => {
  const texts = {
    toml: 'a = 1\n[b]\nc.d = [1, { e = 2 }]\n\n[[f]]\n[[f]]\ng = "x"\n',
    yaml: 'a: 1\nb:\n  c: { d: [1, { e: 2 }] }\n\nf:\n  - {}\n  - g: x\n',
    json: '{ "a": 1,\n  "b": { "c": { "d": [1, { "e": 2 }] } },\n  "f": [{}, { "g": "x" }]\n}',
  }
  const places = {
    toml: { d: [3, 7], e: [3, 17], g: [7, 5], key: [7, 1] },
    yaml: { d: [3, 11], e: [3, 20], g: [7, 8], key: [7, 5] },
    json: { d: [2, 22], e: [2, 33], g: [3, 20], key: [3, 15] },
  } as const
  const readers = { toml: parseToml, yaml: parseYaml, json: parseJson }

  for (const format of ['toml', 'yaml', 'json'] as const) {
    it(`are right in ${format}`, () => {
      const source = sourceOf(readers[format](texts[format]))
      const at = ([line, column]: readonly [number, number]) => ({ line, column })
      assert.deepEqual(source.value, { a: 1, b: { c: { d: [1, { e: 2 }] } }, f: [{}, { g: 'x' }] })
      assert.deepEqual(source.locate(['b', 'c', 'd']), at(places[format].d))
      assert.deepEqual(source.locate(['b', 'c', 'd', 1, 'e']), at(places[format].e))
      assert.deepEqual(source.locate(['f', 1, 'g']), at(places[format].g))
      assert.deepEqual(source.locateKey(['f', 1, 'g']), at(places[format].key))
      assert.equal(source.locate(['f', 2]), undefined)
      assert.equal(source.locate(['nowhere']), undefined)
    })

    it(`have own keys only, in ${format}`, () => {
      const text = { toml: '[__proto__]\nx = 1', yaml: '__proto__: { x: 1 }', json: '{"__proto__":{"x":1}}' }[
        format
      ]
      const { value } = sourceOf(readers[format](text))
      assert.deepEqual(Object.keys(value as object), ['__proto__'])
      assert.equal(({} as { x?: number }).x, undefined)
    })
  }
})
