/** A report of some hundred kilobytes arrives whole, wherever it is written to. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { withDirectory } from '../support/tree.ts'
import { needBuilt } from './support/built.ts'

const BIN = path.resolve(import.meta.dirname, '../../bin/regmirror.js')
const REGISTRIES = 500

/** A shell line that runs `"$@"` and prints what it wrote to stdout. */
const WAYS: Readonly<Record<string, string>> = {
  'a file': '"$@" >out; cat out',
  'the end of a file': 'echo before >out; "$@" >>out; tail -n +2 out',
  'a pipe whose reader is slow': '"$@" | { sleep 0.3; cat; }',
  'a pipe that another program writes to as well': '{ "$@"; true; } | cat',
  'a terminal': 'script -qec "$(printf "\'%s\' " "$@")" /dev/null </dev/null | tr -d "\\r"',
}

describe('a long report', () => {
  before(needBuilt)

  it('arrives whole', () =>
    withDirectory(async directory => {
      const list = path.join(directory, 'mirrors.toml')
      const tables = Array.from(
        { length: REGISTRIES },
        (_, r) => `[registries."r${r}.example"]\nmirrors = ["https://m.r${r}.example"]\n`,
      )
      await fs.writeFile(list, `version = 1\n\n${tables.join('\n')}`)
      await fs.mkdir(path.join(directory, 'node'))
      const plan = ['plan', '-f', list, '--root', path.join(directory, 'node'), '--format', 'json']
      const run = (script: string) => {
        const { status, stdout, stderr } = spawnSync(
          'sh',
          ['-c', script, 'sh', process.execPath, BIN, ...plan],
          {
            cwd: directory,
            encoding: 'utf8',
            maxBuffer: 64 * 1024 * 1024,
          },
        )
        assert.equal(status, 0, stderr)
        return stdout
      }
      const whole = run('"$@"')
      assert.ok(JSON.parse(whole).changes.length > REGISTRIES)
      assert.ok(whole.length > 200_000, `${whole.length}`)
      for (const [way, script] of Object.entries(WAYS)) assert.ok(run(script) === whole, way)
    }))
})
