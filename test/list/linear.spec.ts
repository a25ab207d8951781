/** A large list takes no more work for each registry than a small one: counted, not timed. */
import assert from 'node:assert/strict'
import { rememberRecent } from '../../lib/formats/recent.ts'
import { parseTomlAst } from '../../lib/formats/toml/ast.ts'
import { locateToml } from '../../lib/formats/toml/locations.ts'
import { tomlSecrets } from '../../lib/formats/toml/secrets.ts'
import { parseYaml } from '../../lib/formats/yaml/parse.ts'
import { openPlaces } from '../../lib/list/source/positions.ts'
import type { Path } from '../../lib/model/problem.ts'
import { loadText } from '../support/load.ts'

const names = (count: number) => Array.from({ length: count }, (_, i) => `r${i}.example`)
const toml = (count: number) =>
  names(count)
    .map(name => `[registries."${name}"]\nmirrors = ["https://m.${name}"]\n`)
    .join('')

describe('positions', () => {
  it('are found when a place is read, and not before', () => {
    const found: Path[] = []
    const locate = (path: Path) => {
      found.push(path)
      return { line: 7, column: 3 }
    }
    const placeOf = openPlaces({ value: {}, locate, locateKey: locate }, 'mirrors.toml')
    const [place, other] = [placeOf(['registries', 'a']), placeOf(['registries', 'b'])]
    assert.deepEqual(found, [])
    const { file, line, column } = place
    assert.deepEqual({ file, line, column }, { file: 'mirrors.toml', line: 7, column: 3 })
    assert.deepEqual(found, [
      ['registries', 'a'],
      ['registries', 'a'],
    ])
    assert.equal(other.line, 7)
    assert.deepEqual(found.at(-1), ['registries', 'b'])
  })

  it('are found in one walk of a TOML document, however many are', () => {
    const reads = (count: number, lookups: number) => {
      // Of 1.0, no tree is remembered.
      const parsed = parseTomlAst(toml(count), '1.0')
      assert.ok('ast' in parsed)
      let read = 0
      const [top] = parsed.ast.body
      const get = (target: object, key: PropertyKey) => {
        read += 1
        return Reflect.get(target, key)
      }
      const body = new Proxy(top.body, { get })
      Object.assign(top, { body })
      for (const name of names(lookups)) assert.ok(locateToml(parsed.ast, ['registries', name, 'mirrors', 0]))
      return read
    }
    assert.equal(reads(200, 200), reads(200, 1))
  })

  it('are those of the first place that a path has', () => {
    const text = 'a.b = 1\n[t.u]\nx = { y.z = [1, { w = 2 }] }\n[t]\nv = 1\n[[t.l]]\n[[t.l]]\nk = 1\n'
    const parsed = parseTomlAst(text)
    assert.ok('ast' in parsed)
    const at = (path: Path) => Object.values(locateToml(parsed.ast, path) ?? {})
    assert.deepEqual(at(['a']), [1, 1])
    assert.deepEqual(at(['t']), [2, 2])
    assert.deepEqual(at(['t', 'u', 'x', 'y', 'z', 1, 'w']), [3, 23])
    assert.deepEqual(at(['t', 'l', 1, 'k']), [8, 5])
    assert.deepEqual(at(['t', 'l', 2]), [])
  })
})

/** How often each pattern was matched with each text. */
async function countMatches(use: () => Promise<unknown>): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  const { exec } = RegExp.prototype
  const counting: typeof exec = function (this: RegExp, text) {
    const key = `${this.source} ${text}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
    return exec.call(this, text)
  }
  Object.assign(RegExp.prototype, { exec: counting })
  try {
    await use()
    return counts
  } finally {
    Object.assign(RegExp.prototype, { exec })
  }
}

describe('a url of a list', () => {
  it('is parsed once, from the schema to the lints', async () => {
    const list = `version = 1\n${toml(20)}server = { url = "https://server.example", dial_timeout = "3s" }\n`
    const counts = await countMatches(() => loadText(list))
    const ofUrls = [...counts].filter(([key]) => / https:\/\/[\w.]+$/.test(key))
    assert.ok(ofUrls.length >= 21)
    assert.deepEqual(
      ofUrls.filter(([, count]) => count > 1),
      [],
    )
  })
})

describe('a large list in YAML', () => {
  it('may have more nodes than aliases may add', () => {
    const text = `registries:\n${names(60_000)
      .map(name => `  ${name}: {mirrors: [a]}\n`)
      .join('')}`
    assert.ok('source' in parseYaml(text))
  })
})

describe('what was made of a text', () => {
  it('is made once for the last texts', () => {
    let made = 0
    const make = rememberRecent(text => ({ text, nth: ++made }))
    assert.equal(make('a'), make('a'))
    make('b')
    assert.deepEqual([make('a').nth, make('b').nth], [1, 2])
    for (const text of 'cdef') make(text)
    assert.equal(make('a').nth, 7)
  })
})

describe('secrets of a text that names none', () => {
  it('are found without its syntax tree, except where an escape may spell a name', () => {
    assert.deepEqual(tomlSecrets('a = "b"'), [])
    assert.equal(tomlSecrets('a = b'), undefined)
    assert.deepEqual(tomlSecrets('"pass\\u0077ord" = "b"'), [[18, 21]])
  })
})
