/** Files of the package that users copy. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { listSchema } from '../lib/list/schema/list-schema.ts'
import { targets } from '../lib/targets/index.ts'
import { run } from './support/run.ts'
import { readTree, withDirectory, writeTree } from './support/tree.ts'

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
    it(`init prints ${file}`, async () => {
      const { stdout } = await run(['init', '--preset', path.basename(file, '.toml')])
      assert.equal(stdout, readFileSync(path.join(templates, 'lists', file), 'utf8'))
    })
  }

  /** Files and folders that init hands out. */
  const names = readdirSync(templates).filter(name => !['lists', 'README.md'].includes(name))

  it('are listed, each with a line of its own, like the presets', async () => {
    const { stdout } = await run(['init', '--list', '--format', 'json'])
    const { presets, templates: listed } = JSON.parse(stdout)
    assert.deepEqual(
      listed.map((one: { name: string }) => one.name),
      names,
    )
    assert.deepEqual(
      presets.map((one: { name: string }) => `${one.name}.toml`),
      readdirSync(path.join(templates, 'lists')),
    )
    for (const { name, summary } of [...presets, ...listed]) assert.match(summary, /^\S.{14,108}[^.]$/, name)
    const summaries = listed.map((one: { summary: string }) => one.summary)
    assert.equal(new Set(summaries).size, names.length)
    const described: readonly string[] =
      readFileSync(path.join(templates, 'README.md'), 'utf8').match(/(?<=^- `)[^`]+/gm) ?? []
    assert.deepEqual(
      names.filter(name => !described.includes(name)),
      [],
      'a line in templates/README.md',
    )
    const text = (await run(['init', '--list'])).stdout
    for (const name of names) assert.match(text, new RegExp(`^ {2}${name} `, 'm'))
  })

  for (const name of names)
    it(`init writes ${name}, and never over a file`, () =>
      withDirectory(async directory => {
        const output = path.join(directory, 'out')
        const { code, stderr } = await run(['init', '--template', name, '-o', output])
        assert.equal(code, 0, stderr)
        const isFile = statSync(path.join(templates, name)).isFile()
        const [made, source] = isFile
          ? [readFileSync(output, 'latin1'), readFileSync(path.join(templates, name), 'latin1')]
          : [
              await readTree(output),
              await readTree(path.join(templates, name), file => /__pycache__/.test(file)),
            ]
        assert.deepEqual(made, source)
        const again = await run(['init', '--template', name, '-o', output])
        assert.equal(again.code, 2)
        assert.match(again.stderr, /already exists/)
      }))

  it('init prints one file of a template, and writes a folder of one', () =>
    withDirectory(async directory => {
      const unit = 'systemd/regmirror-watch.service'
      const { stdout } = await run(['init', '--template', unit])
      assert.equal(stdout, readFileSync(path.join(templates, unit), 'utf8'))
      const file = path.join(directory, 'watch.service')
      assert.equal((await run(['init', '--template', unit, '-o', file])).code, 0)
      assert.equal(readFileSync(file, 'utf8'), stdout)
      const folder = await run(['init', '--template', 'systemd'])
      assert.equal(folder.code, 2)
      assert.match(folder.stderr, /write them with -o DIR, or print one of them/)
    }))

  it('init refuses a folder where one of the files exists, and writes none of them', () =>
    withDirectory(async directory => {
      const tree = { 'regmirror-watch.service': 'mine\n' }
      await writeTree(directory, tree)
      const { code, stderr } = await run(['init', '--template', 'systemd', '-o', directory])
      assert.equal(code, 2)
      assert.match(stderr, /regmirror-watch\.service: already exists/)
      assert.deepEqual(await readTree(directory), tree)
    }))

  it('init refuses names that it does not have, and flags that contradict each other', async () => {
    const stderrOf = async (...args: string[]) => (await run(['init', ...args])).stderr
    assert.match(await stderrOf('--template', 'helm'), /--template helm is unknown; use ansible, /)
    assert.match(await stderrOf('--template', '../bin'), /is unknown/)
    assert.match(await stderrOf('--template', 'systemd', '--preset', 'china'), /cannot be used together/)
    assert.match(await stderrOf('--list', '-o', 'x'), /cannot be used together/)
  })

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

  it('the unit runs before the runtimes and kubelet, without the network', () => {
    const file = path.join(templates, 'systemd/regmirror-bootstrap.service')
    const unit = readFileSync(file, 'utf8')
    const before = [...unit.matchAll(/^Before=(.*)$/gm)].flatMap(([, names = '']) => names.split(' '))
    for (const name of ['containerd', 'docker', 'crio', 'buildkit', 'k3s', 'rke2-agent', 'kubelet'])
      assert.ok(before.includes(`${name}.service`), name)
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
