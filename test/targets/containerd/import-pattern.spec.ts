import assert from 'node:assert/strict'
import { openWriter } from '../../../lib/system/writer.ts'
import { expandPattern, isPattern } from '../../../lib/targets/containerd/config/import-pattern.ts'
import { withDirectory, writeTree } from '../../support/tree.ts'

describe('patterns in imports', () => {
  const good = ['*', '[^a]*', '[a-c]*', '\\*', '[\\-a]*', '日*', '*]']
  for (const pattern of good) it(`reads ${pattern}`, () => assert.equal(isPattern(pattern), true))
  for (const pattern of ['[*', '[]*', '[]a]*', '[a-]*', '[-a]*', '[a-b-c]*', 'a[', '*\\'])
    it(`refuses ${pattern}, as Go does`, () => assert.equal(isPattern(pattern), false))

  const found: [pattern: string, names: string[]][] = [
    ['*.toml', ['*.toml', '-x.toml', '.c.toml', 'a.toml', 'ab.toml']],
    ['[a-b]*.toml', ['a.toml', 'ab.toml']],
    ['[^a]*.toml', ['*.toml', '-x.toml', '.c.toml']],
    ['[\\-a]*.toml', ['-x.toml', 'a.toml', 'ab.toml']],
    ['\\*.toml', ['*.toml']],
    ['?.*oml', ['*.toml', 'a.toml']],
  ]
  for (const [pattern, names] of found) {
    it(`finds ${names.join(', ')} for ${pattern}`, () =>
      withDirectory(async root => {
        const files = ['*.toml', '-x.toml', '.c.toml', 'a.toml', 'ab.toml', 'd.txt']
        await writeTree(root, Object.fromEntries(files.map(name => [`conf.d/${name}`, ''])))
        const paths = await expandPattern(openWriter(root), `/conf.d/${pattern}`)
        assert.deepEqual(
          paths.toSorted(),
          names.map(name => `/conf.d/${name}`),
        )
      }))
  }
})
