/** Paths below a root directory, with and without parsing. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { isPlainPath, joinTop, seenFrom } from '../../lib/system/plain-path.ts'

const PATHS = [
  ...['/', '/a', '/a/b', '/.a/..b/c.', '/a/...', '/a b/\n', 'a', '', '.', '..', '//', '//a', '/a/', '/a//b'],
  ...['/./a', '/a/.', '/a/./b', '/../a', '/a/..', '/a/../b', '/a/../../b', '/a/b/', '/.', '/..'],
]

describe('a path below a root directory', () => {
  for (const file of PATHS) {
    const parsed = path.resolve('/', file)

    it(`${JSON.stringify(file)} is joined with the root as if it were parsed`, () => {
      assert.equal(joinTop('/', file), parsed)
      assert.equal(joinTop('/top', file), path.resolve('/top', `.${parsed}`))
      assert.equal(seenFrom('/top', joinTop('/top', file)), parsed)
      assert.equal(seenFrom('/', joinTop('/', file)), parsed)
    })

    it(`${JSON.stringify(file)} is plain if parsing changes nothing`, () =>
      assert.equal(isPlainPath(file), file !== '/' && path.resolve('/', file) === file))
  }

  it('is seen from the root also where another directory starts with its name', () =>
    assert.equal(seenFrom('/top', '/topmost/a'), '/topmost/a'))
})
