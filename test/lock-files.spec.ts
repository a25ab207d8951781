/** What npm is told in this repository: packages by name and digest, never by the address of a download. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

interface Locked {
  readonly integrity?: string
  readonly resolved?: string
}

describe('lock files', () => {
  for (const file of ['package-lock.json', 'tools/node/package-lock.json']) {
    it(`${file} names digests and no download address`, () => {
      const packages: Record<string, Locked> = JSON.parse(read(file)).packages
      const installed = Object.entries(packages).filter(([folder]) => folder !== '')
      assert.ok(installed.length > 0)
      for (const [folder, { integrity, resolved }] of installed) {
        assert.equal(resolved, undefined, folder)
        assert.match(integrity ?? '', /^sha512-/, folder)
      }
    })
  }

  it('stay so, because .npmrc says it; and .npmrc names no registry and no credential', () => {
    const lines = read('.npmrc').trim().split('\n')
    assert.ok(lines.includes('omit-lockfile-registry-resolved=true'))
    for (const line of lines) assert.match(line, /^[a-z-]+=(true|false)$/)
  })
})
