/** The man pages: of every command and flag, of every key of a list, and without a complaint of mandoc and man. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { dashedFlags, typedName } from '../../lib/commands/flag-types.ts'
import { commands } from '../../lib/commands/index.ts'
import { manPages } from '../../tools/release/man/pages.ts'
import { withDirectory } from '../support/tree.ts'
import { launcher, needRuntime } from './support/runtimes.ts'

const SCHEMA = readFileSync(path.join(import.meta.dirname, '../../schema.json'), 'utf8')
const pages = manPages({ commands, list: JSON.parse(SCHEMA), version: '1.2.3', date: new Date(0) })

describe('the man pages', function () {
  this.timeout(60_000)
  before(function () {
    needRuntime(this, 'mandoc-trixie', false)
  })

  const mandoc = (args: readonly string[], text: string) =>
    spawnSync(launcher('mandoc-trixie', 'mandoc'), args, { input: text, encoding: 'utf8' })
  const rendered = (name: string) => {
    const page = pages.find(one => one.name === name)
    assert.ok(page, name)
    // Bold and underlined characters are written over each other.
    return mandoc(['-T', 'ascii', '-O', 'width=200'], page.text).stdout.replace(/.\x08/g, '')
  }

  for (const { name, text } of pages)
    it(`${name} has no problem that mandoc finds`, () => {
      const { status, stdout, stderr } = mandoc(['-T', 'lint'], text)
      assert.equal(stdout + stderr, '')
      assert.equal(status, 0)
    })

  it('are read by man without a warning', async function () {
    if (spawnSync('man', ['--version']).error !== undefined) this.skip()
    await withDirectory(async directory => {
      for (const { name, text } of pages) {
        const file = path.join(directory, name)
        await fs.writeFile(file, text)
        const options = {
          encoding: 'utf8',
          env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '80' },
        } as const
        const { stdout, stderr } = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', file], options)
        assert.equal(stderr, '', name)
        assert.match(stdout, /NAME/)
      }
    })
  })

  for (const { name, flags, examples } of commands)
    it(`of ${name} has each of its flags and examples`, () => {
      const text = rendered(`regmirror-${name}.1`)
      for (const [flag] of dashedFlags(flags))
        assert.match(
          text,
          new RegExp(`^ +(-\\w [A-Z]+, )?--(no-)?${typedName(flag)}(\\[?=[A-Z]+\\]?| .*)?$`, 'm'),
        )
      for (const [args] of examples) assert.ok(text.includes(`regmirror ${name} ${args}`.trimEnd()), args)
      assert.match(rendered('regmirror.1'), new RegExp(`^ +regmirror-${name}\\(1\\)$`, 'm'))
    })

  it('of a list has every key of its schema', () => {
    const keys = new Set<string>()
    const collect = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      for (const [name, below] of Object.entries(value)) {
        if (name === 'properties') for (const key of Object.keys(below)) keys.add(key)
        collect(below)
      }
    }
    collect(JSON.parse(SCHEMA))
    assert.ok(keys.size > 30)
    const text = rendered('regmirror-list.5')
    for (const key of keys) assert.match(text, new RegExp(`^ +${key.replace('$', '\\$')}( |$)`, 'm'))
  })

  it('have the list of the example in a form that regmirror accepts', () =>
    withDirectory(async directory => {
      const [, example = ''] = /EXAMPLE\n([\s\S]*?)\nSEE ALSO/.exec(rendered('regmirror-list.5')) ?? []
      const file = path.join(directory, 'mirrors.toml')
      await fs.writeFile(file, example)
      const cli = path.join(import.meta.dirname, '../support/cli.ts')
      const printed = execFileSync(process.execPath, [cli, 'validate', '-f', file], { encoding: 'utf8' })
      assert.match(printed, /valid/)
    }))
})
