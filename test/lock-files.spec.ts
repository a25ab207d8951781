/** The settings of npm in this repository: packages by name and digest, never by a download URL. */
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
    it(`contain digests and no download URL: ${file}`, () => {
      const packages: Record<string, Locked> = JSON.parse(read(file)).packages
      const installed = Object.entries(packages).filter(([folder]) => folder !== '')
      assert.ok(installed.length > 0)
      for (const [folder, { integrity, resolved }] of installed) {
        assert.equal(resolved, undefined, folder)
        assert.match(integrity ?? '', /^sha512-/, folder)
      }
    })
  }

  it('stay that way because of .npmrc, which names no registry and no credential', () => {
    const lines = read('.npmrc').trim().split('\n')
    assert.ok(lines.includes('omit-lockfile-registry-resolved=true'))
    for (const line of lines) assert.match(line, /^[a-z-]+=(true|false)$/)
  })
})
