/** docs/targets.md: its tables are those of the code, its commands run, and its output is what they print. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { targets } from '../lib/targets/index.ts'
import { FEATURES } from '../lib/targets/loss-table.ts'
import { withLossTables } from '../tools/losses.ts'
import { run } from './support/run.ts'
import { withDirectory, writeTree } from './support/tree.ts'

const page = readFileSync(path.join(import.meta.dirname, '../docs/targets.md'), 'utf8')
/** The first blocks of the page. */
const blockOf = (language: string) =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(page)?.[1] ?? ''

describe('docs/targets.md', () => {
  it('has the loss tables of the code; npm run losses writes them', async () =>
    assert.equal(await withLossTables(page), page))

  it('has a column for each loss table and a row for each feature', async () => {
    const all = await Promise.all(Object.values(targets).map(({ load }) => load()))
    const columns = all.flatMap(({ losses }) => losses.tables)
    const rows = Object.values(FEATURES).map(({ label }) =>
      page.split('\n').find(line => line.startsWith(`| ${label} | `) && /[●◐✗]/.test(line)),
    )
    for (const row of rows) assert.equal(row?.match(/[●◐✗]/g)?.length, columns.length, row)
  })

  it('shows what validate --losses prints', () =>
    withDirectory(async directory => {
      const list = path.join(directory, 'mirrors.toml')
      await fs.writeFile(list, blockOf('toml'))
      const { code, stdout } = await run(['validate', '--losses', '-f', list])
      assert.equal(code, 0)
      assert.equal(stdout.replaceAll(list, 'mirrors.toml'), blockOf('text'))
    }))

  it('has commands that run on a node with several runtimes', () =>
    withDirectory(async root => {
      await writeTree(root, { 'etc/': undefined, 'usr/bin/containerd': '', 'usr/bin/podman': '' })
      const commands = [...blockOf('sh').matchAll(/^regmirror (.*?) +#/gm)].map(([, args = '']) =>
        args.split(' '),
      )
      assert.equal(commands.length, 3)
      for (const args of commands) {
        const named = args.map(arg => (arg === 'mirrors.toml' ? path.join(root, arg) : arg))
        const { code, stdout, stderr } = await run([...named, '--root', root])
        assert.equal(code, 0, stderr)
        if (args.includes('--losses')) assert.match(stdout, /containerd {2}containers/)
      }
    }))
})
