/** A user without root configures their own runtimes: apply, plan and restore, as that user. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { PlannedReport } from '../../lib/model/report.ts'
import { type Account, isRoot, withAccount } from '../support/account.ts'
import { readTree, type Tree, withDirectory } from '../support/tree.ts'
import { AFTER, BEFORE, LIST, mirrorsText } from '../targets/made-up/on-node.ts'

const CONFIG = '.config/buildkit-toy/toy.json'
const mirrorsFile = (registry: string) => `.config/buildkit-toy/mirrors/${registry}.toml`
const OWN_LIST = '.config/regmirror/mirrors.toml'
const STATE = '.local/state/regmirror'

const DIRTY: Tree = {
  [CONFIG]: BEFORE,
  [mirrorsFile('quay.io')]: 'mirrors = [] # by hand\n',
  '.bashrc': '#\n',
}
const APPLIED: Tree = {
  ...DIRTY,
  [mirrorsFile('ghcr.io')]: mirrorsText('a.example'),
  [mirrorsFile('quay.io')]: mirrorsText('a.example', 'b.example'),
  [CONFIG]: AFTER,
}

const modeOf = async (file: string) => ((await fs.stat(file)).mode & 0o777).toString(8)

async function succeed({ run }: Account, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(args)
  assert.equal(code, 0, stdout + stderr)
  return stdout
}

describe('a user without root', () => {
  it('plans, applies and restores the files of their own runtimes, by their own list', () =>
    withAccount(async account => {
      await account.write({ ...DIRTY, [OWN_LIST]: LIST })
      const plan: PlannedReport = JSON.parse(await succeed(account, 'plan', '--format', 'json'))
      assert.deepEqual(
        plan.changes.map(({ path: file }) => file).sort(),
        [CONFIG, mirrorsFile('ghcr.io'), mirrorsFile('quay.io')].sort().map(account.at),
      )
      assert.deepEqual(
        plan.notices.filter(({ code }) => code === 'state_unreadable'),
        [],
      )
      assert.deepEqual(await account.tree(), DIRTY)
      await succeed(account, 'apply', '--no-probe')
      assert.deepEqual(await account.tree(), APPLIED)
      assert.match(await succeed(account, 'plan', '--check'), /^nothing to do: 3 files unchanged/)
      assert.match(
        await succeed(account, 'restore'),
        /^reload toy: systemctl --user reload toy \(toy reads toy\.json only when/m,
      )
      assert.deepEqual(await account.tree(), DIRTY)
      await assert.rejects(fs.stat(account.at('.local')), /ENOENT/)
    }))

  it('has a state that no other user can read, and files as the runtime reads them', () =>
    withAccount(async account => {
      await account.write({ ...DIRTY, [OWN_LIST]: LIST })
      await succeed(account, 'apply', '--no-probe')
      const state = account.at(STATE)
      for (const directory of [state, path.join(state, 'originals')])
        assert.equal(await modeOf(directory), '700', directory)
      const kept = await fs.readdir(path.join(state, 'originals'))
      assert.equal(kept.length, 2)
      for (const file of ['state.json', ...kept.map(name => `originals/${name}`)])
        assert.equal(await modeOf(path.join(state, file)), '600', file)
      assert.equal(await modeOf(account.at(mirrorsFile('ghcr.io'))), '644')
      assert.equal(await modeOf(account.at('.local/state')), '755')
      for (const file of [CONFIG, mirrorsFile('quay.io'), STATE])
        assert.equal((await fs.stat(account.at(file))).uid, account.uid)
    }))

  it('may have links in the home directory, as programs for dotfiles make them', () =>
    withAccount(async account => {
      const toy = { 'toy.json': BEFORE }
      const dotfiles = (below: string) =>
        Object.fromEntries(Object.entries(toy).map(([name, text]) => [`${below}/${name}`, text]))
      const layouts: readonly Tree[] = [
        { '.config': '-> .dotfiles/config', ...dotfiles('.dotfiles/config/buildkit-toy') },
        {
          '.config/buildkit-toy': '-> ../.dotfiles/toy/.config/buildkit-toy',
          ...dotfiles('.dotfiles/toy/.config/buildkit-toy'),
        },
        { [CONFIG]: '-> ../../dotfiles/toy/toy.json', 'dotfiles/toy/toy.json': BEFORE },
        { '.local': '-> data/local', 'data/local/': undefined, ...dotfiles('.config/buildkit-toy') },
      ]
      for (const layout of layouts) {
        await fs.rm(account.home, { recursive: true, force: true })
        await fs.mkdir(account.home, { mode: 0o700 })
        await account.write({ ...layout, 'mirrors.toml': LIST })
        const before = await readTree(account.home)
        const list = ['-f', account.at('mirrors.toml')]
        const applied = await account.runHere(['apply', '--no-probe', ...list])
        assert.equal(applied.code, 0, JSON.stringify(layout) + applied.stderr)
        assert.equal(await fs.readFile(account.at(CONFIG), 'latin1'), AFTER)
        assert.equal((await account.runHere(['plan', '--check', ...list])).code, 0)
        assert.equal((await account.runHere(['restore'])).code, 0)
        assert.deepEqual(await readTree(account.home), before)
      }
    }))

  it('cannot have the files of regmirror as those of a runtime, through a link neither', () =>
    withAccount(async account => {
      await account.write({
        ...{ 'mirrors.toml': LIST, '.local/state/regmirror/other': '' },
        '.config/buildkit-toy': '-> ../.local/state/regmirror',
      })
      const { code, stderr } = await account.run(['apply', '--no-probe', '-f', account.at('mirrors.toml')])
      assert.equal(code, 2)
      assert.match(
        stderr,
        /toy\.json: leads to .*\/\.local\/state\/regmirror\/toy\.json, which belongs to the state of regmirror/,
      )
    }))

  it('reads a list of root', () =>
    withDirectory(async directory => {
      await fs.chmod(directory, 0o755)
      const list = path.join(directory, 'mirrors.toml')
      await fs.writeFile(list, LIST, { mode: 0o644 })
      await withAccount(async account => {
        await account.write(DIRTY)
        await succeed(account, 'apply', '--no-probe', '-f', list)
        assert.deepEqual(await account.tree(), APPLIED)
      })
    }))
})

describe('a user without root who cannot write', () => {
  before(function () {
    if (!isRoot) this.skip()
  })

  it('is named the file, and no remedy for root', () =>
    withAccount(async account => {
      await account.write({ ...DIRTY, [OWN_LIST]: LIST })
      await fs.chown(account.at('.config/buildkit-toy'), 0, 0)
      const { code, stderr } = await account.run(['apply', '--no-probe'])
      assert.equal(code, 2)
      assert.match(
        stderr,
        /\.config\/buildkit-toy.*: cannot \w+ it: permission denied; check the owner and mode of it/,
      )
      assert.doesNotMatch(stderr, /as root/)
      const { [OWN_LIST]: _, ...rest } = DIRTY
      assert.deepEqual(await account.tree(), rest)
    }))

  it('gets nothing written where the state belongs to another user', () =>
    withAccount(async account => {
      await account.write({ ...DIRTY, [OWN_LIST]: LIST, [`${STATE}/`]: undefined })
      await fs.chown(account.at(STATE), account.uid + 1, account.uid + 1)
      await fs.chmod(account.at(STATE), 0o777)
      for (const args of [['apply', '--no-probe'], ['plan'], ['restore']]) {
        const { code, stderr } = await account.run(args)
        assert.equal(code, 2, args.join(' '))
        assert.match(
          stderr,
          /\.local\/state\/regmirror: belongs to user \d+, who could make regmirror change any file; check it, then move it away/,
        )
      }
      assert.deepEqual(await account.tree(), DIRTY)
    }))
})
