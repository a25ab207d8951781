/** Files of the package that users copy. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { listSchema } from '../lib/list/schema/list-schema.ts'
import { targets } from '../lib/targets/index.ts'
import { run } from './support/run.ts'

const templates = path.resolve(import.meta.dirname, '../templates')

describe('schema.json', () => {
  it('is the schema of a list with those of its targets', () => {
    const written = JSON.parse(readFileSync(path.join(templates, '../schema.json'), 'utf8'))
    const isCurrent = JSON.stringify(written) === JSON.stringify(listSchema(targets))
    assert.ok(isCurrent, 'schema.json is outdated; run npm run schema')
  })
})

describe('templates', () => {
  for (const file of readdirSync(path.join(templates, 'lists'))) {
    it(`the list ${file} is valid`, async () => {
      const { code, stderr } = await run(['validate', '-f', path.join(templates, 'lists', file)])
      assert.equal(code, 0, stderr)
    })

    it(`init prints ${file}`, async () => {
      const { stdout } = await run(['init', '--preset', path.basename(file, '.toml')])
      assert.equal(stdout, readFileSync(path.join(templates, 'lists', file), 'utf8'))
    })
  }

  it('the unit of watch notifies systemd', () => {
    const file = path.join(templates, 'systemd/regmirror-watch.service')
    const unit = readFileSync(file, 'utf8')
    assert.match(unit, /^Type=notify$/m)
    assert.match(unit, /^ExecStart=\/usr\/bin\/env regmirror watch /m)
    assert.match(unit, /^ExecReload=\/usr\/bin\/env regmirror validate \$LIST_FLAGS$/m)
    assert.match(unit, /^ExecReload=\/bin\/kill -HUP \$MAINPID$/m)
    assert.match(unit, /^WatchdogSec=/m)
    assert.match(unit, /^After=.* network\.target /m, 'it is stopped before the network is')
    const verify = spawnSync('systemd-analyze', ['verify', '--recursive-errors=no', file], {
      encoding: 'utf8',
    })
    if (verify.error === undefined) assert.equal(verify.status, 0, verify.stderr)
  })

  it('the file with the flags of the units sets what the units set without it', () => {
    const read = (name: string) => readFileSync(path.join(templates, 'systemd', name), 'utf8')
    const flags = (text: string) =>
      [...text.matchAll(/\b([A-Z]+_FLAGS)=([^"\n]*?)(?="|$| "| [A-Z]+_FLAGS)/gm)].map(
        ([, name, value]) => `${name}=${value}`,
      )
    const units = ['regmirror-watch.service', 'regmirror-bootstrap.service'].flatMap(
      name => /^Environment=.*/m.exec(read(name)) ?? [],
    )
    assert.equal(units.length, 2)
    assert.deepEqual(flags(read('regmirror.env')).sort(), [...new Set(units.flatMap(flags))].sort())
  })

  it('the unit runs before containerd and kubelet, without the network', () => {
    const file = path.join(templates, 'systemd/regmirror-bootstrap.service')
    const unit = readFileSync(file, 'utf8')
    assert.match(unit, /^Before=containerd\.service kubelet\.service$/m)
    assert.match(unit, /^Type=oneshot$/m)
    assert.match(unit, /^Environment=.*APPLY_FLAGS=--no-probe$/m)
    assert.match(unit, /^ExecStart=\/usr\/bin\/env regmirror apply \$LIST_FLAGS \$APPLY_FLAGS$/m)
    assert.doesNotMatch(unit, /^(After|Wants|Requires)=.*network/m)
    // Where systemd is installed, it checks the unit too.
    const verify = spawnSync('systemd-analyze', ['verify', '--recursive-errors=no', file], {
      encoding: 'utf8',
    })
    if (verify.error === undefined) assert.equal(verify.status, 0, verify.stderr)
  })
})
