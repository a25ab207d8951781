/** The first command of the README. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const left = () => readdirSync(os.tmpdir()).filter(name => name.startsWith('regmirror-quickstart-'))

describe('quickstart', () => {
  it('does the whole job, prints each step, and cleans up', function () {
    this.timeout(120_000)
    const before = left()
    const { status, stdout, stderr } = spawnSync('npm', ['run', 'quickstart'], {
      cwd: root,
      encoding: 'utf8',
    })
    assert.equal(status, 0, stdout + stderr)
    const steps = [
      /^1\. The list/m,
      /^created .*hosts\.toml/m,
      /^updated .*config\.toml/m,
      /healthy/,
      /refused/,
      /^nothing to do/m,
      /^On a real node/m,
      /^ {2}npm run install:global .*Node 22\.22 or newer; without it: npm run build:single$/m,
    ]
    for (const step of steps) assert.match(stdout, step)
    assert.deepEqual(left(), before)
  })
})
