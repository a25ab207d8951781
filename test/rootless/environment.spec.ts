/** Whose runtimes a command is for: by the user who runs it, the targets of the list, and the environment. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import { isRefused } from '../../lib/model/refused.ts'
import type { PlannedReport } from '../../lib/model/report.ts'
import { findRootlessUser } from '../../lib/model/rootless-user.ts'
import { type Account, withAccount } from '../support/account.ts'
import { LIST } from '../targets/made-up/on-node.ts'

const HOME = '/home/ann'
const OWN = '.config/regmirror/mirrors.toml'
const MIXED = LIST.replace('[targets.toy]', '[targets.toy]\n[targets.containerd]')
const OF_MACHINE = LIST.replace('[targets.toy]', '[targets.containerd]')

const messageOf = (env: Readonly<Record<string, string>>) => {
  const found = findRootlessUser(env)
  return isRefused(found) ? `${found.message}; ${found.hint}` : found
}

/** The paths of a plan. */
async function planned(account: Account, ...[args, env, world]: Parameters<Account['runHere']>) {
  const { code, stdout, stderr } = await account.runHere(['plan', '--format', 'json', ...args], env, world)
  assert.equal(code, 0, stderr + stdout)
  const { changes, notices }: PlannedReport = JSON.parse(stdout)
  return { paths: changes.map(({ path }) => path), notices }
}

describe('the directories of a user', () => {
  it('are those of the XDG Base Directory Specification', () => {
    const usual = {
      home: HOME,
      configHome: `${HOME}/.config`,
      dataHome: `${HOME}/.local/share`,
      stateHome: `${HOME}/.local/state`,
    }
    assert.deepEqual(findRootlessUser({ HOME }), usual)
    assert.deepEqual(
      findRootlessUser({ HOME: '/home//ann/', XDG_CONFIG_HOME: '', XDG_STATE_HOME: '' }),
      usual,
    )
    const env = {
      HOME,
      XDG_CONFIG_HOME: '/c/',
      XDG_DATA_HOME: '/d',
      XDG_STATE_HOME: '/s',
      XDG_RUNTIME_DIR: '/run/user/7',
    }
    assert.deepEqual(findRootlessUser(env), {
      ...{ home: HOME, configHome: '/c', dataHome: '/d', stateHome: '/s', runtimeDirectory: '/run/user/7' },
    })
  })

  it('are refused where they cannot be those of a user, with the variable to set', () => {
    const cure = 'set HOME to the home directory of this user'
    assert.equal(messageOf({}), `HOME is not set; ${cure}`)
    assert.equal(messageOf({ HOME: '' }), `HOME is not set; ${cure}`)
    for (const home of ['ann', './ann', '~', '/home/../root', '/home/./ann'])
      assert.equal(messageOf({ HOME: home }), `HOME is not an absolute path without "." and ".."; ${cure}`)
    for (const home of ['/', '//', '/home/a\nb'])
      assert.equal(messageOf({ HOME: home }), `HOME cannot be the directory of a user; ${cure}`)
    for (const name of ['XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR'])
      assert.equal(
        messageOf({ HOME, [name]: 'conf' }),
        `${name} is not an absolute path without "." and ".."; set it to an absolute path, or unset ${name}`,
      )
  })
})

describe('a command of a user without root', () => {
  it('is for the user where every target of the list can be one of a user', () =>
    withAccount(async account => {
      await account.write({ [OWN]: LIST })
      const { paths, notices } = await planned(account, [])
      assert.ok(
        paths.length === 3 && paths.every(file => file.startsWith(account.at('.config/buildkit-toy/'))),
      )
      const absent = notices.find(({ code }) => code === 'runtime_not_found')
      assert.equal(
        absent?.message,
        'regmirror does not find toy for this user; to configure toy of this machine, run regmirror as root',
      )
      await account.write({ 'bin/toy': '' })
      assert.deepEqual(
        (await planned(account, [])).notices.filter(({ code }) => code === 'runtime_not_found'),
        [],
      )
    }))

  it('uses $XDG_CONFIG_HOME and $XDG_STATE_HOME, hidden or outside the home directory', () =>
    withAccount(async account => {
      await account.write({ '.own/regmirror/mirrors.toml': LIST })
      const env = { XDG_CONFIG_HOME: account.at('.own'), XDG_STATE_HOME: account.at('var') }
      assert.equal((await account.runHere(['apply', '--no-probe'], env)).code, 0)
      await fs.stat(account.at('.own/buildkit-toy/toy.json'))
      await fs.stat(account.at('var/regmirror/state.json'))
      assert.match((await account.runHere(['restore'])).stdout, /^nothing to restore/)
      assert.equal((await account.runHere(['restore'], env)).code, 0)
      assert.deepEqual(await fs.readdir(account.home), ['.own'])
    }))

  it('is an error without a home directory, and not where the list is for the machine', () =>
    withAccount(async account => {
      await account.write({ 'toy.toml': LIST, 'machine.toml': OF_MACHINE })
      for (const HOME of [undefined, '', 'home', '/'])
        for (const verb of ['plan', 'apply', 'watch']) {
          const { code, stderr } = await account.runHere([verb, '-f', account.at('toy.toml')], { HOME })
          assert.equal(code, 2)
          assert.match(stderr, /HOME (is not|cannot be) .*; set HOME to the home directory of this user/)
        }
      const { code, stderr } = await account.runHere(['restore'], { HOME: undefined })
      assert.match(stderr, /^error: HOME is not set/)
      assert.equal(code, 2)
      const { paths } = await planned(account, ['-f', account.at('machine.toml')], { HOME: undefined })
      assert.ok(paths.length > 0 && paths.every(file => file.startsWith('/etc/containerd/')))
    }))

  it('is for the machine where no target can be one of a user, with the state of the machine', () =>
    withAccount(async account => {
      await account.write({ [OWN]: OF_MACHINE })
      const { paths } = await planned(account, [])
      assert.ok(paths.length > 0 && paths.every(file => file.startsWith('/etc/containerd/')))
    }))

  it('is refused for a list with both kinds of targets, unless --target selects one kind', () =>
    withAccount(async account => {
      await account.write({ [OWN]: MIXED })
      for (const verb of ['plan', 'apply', 'watch']) {
        const { code, stderr } = await account.runHere([verb])
        assert.equal(code, 2)
        assert.match(
          stderr,
          /mirrors\.toml: without root, regmirror configures the runtimes of one user, and containerd of this list can only be the machine's; add --target toy, or write a list of its own for the user; for the machine, run regmirror as root/,
        )
      }
      const ofUser = await planned(account, ['--target', 'toy'])
      assert.ok(ofUser.paths.every(file => file.startsWith(account.home)))
      const ofMachine = await planned(account, ['--target', 'containerd'])
      assert.ok(ofMachine.paths.every(file => file.startsWith('/etc/containerd/')))
    }))

  it('puts back the files of a selected target that left the list', () =>
    withAccount(async account => {
      await account.write({ [OWN]: LIST })
      assert.equal((await account.runHere(['apply', '--no-probe'])).code, 0)
      await account.write({ [OWN]: OF_MACHINE })
      assert.equal((await account.runHere(['apply', '--no-probe', '--target', 'toy'])).code, 0)
      assert.deepEqual(await account.tree(), {})
    }))

  it('is for the machine with --root, and as root with the environment of a user (sudo -E)', () =>
    withAccount(async account => {
      await account.write({ 'mirrors.toml': LIST, 'tree/etc/': undefined })
      const list = ['-f', account.at('mirrors.toml')]
      const inTree = await planned(account, ['--root', account.at('tree'), ...list])
      assert.ok(inTree.paths.every(file => file.startsWith('/etc/buildkit-toy/')))
      const stdin = async () => Buffer.from(LIST)
      const asRoot = await planned(account, ['-f', '-', '--list-format', 'toml'], {}, { uid: 0, stdin })
      assert.ok(asRoot.paths.every(file => file.startsWith('/etc/buildkit-toy/')))
    }))

  it('prefers the list of the user, and names both places where there is none', () =>
    withAccount(async account => {
      const { stderr } = await account.runHere(['validate'])
      assert.match(
        stderr,
        new RegExp(
          `no list found: ${account.at('.config/regmirror')}/mirrors.{toml,yaml,yml,json} and /etc/regmirror/mirrors.{toml,yaml,yml,json} do not exist; select one with -f, or create one with regmirror init -o ${account.at(OWN)}`,
        ),
      )
      await account.write({ [OWN]: LIST, '.config/regmirror/mirrors.json': '{}' })
      const two = await account.runHere(['validate'])
      assert.match(two.stderr, /mirrors\.json: .*mirrors\.toml is also a default list/)
      const elsewhere = await account.runHere(['validate', '-f', account.at('none.toml')])
      assert.match(
        elsewhere.stderr,
        /none\.toml: does not exist; check -f; without -f, regmirror reads .*\/\.config\/regmirror\/mirrors.* or \/etc\/regmirror\//,
      )
    }))

  it('may refer to files beside its list only, and reports those that other users can read', () =>
    withAccount(async account => {
      const header = (file: string) =>
        `version = 1\n[registries."quay.io"]\nmirrors = [{ url = "https://a.example", header = { Authorization = { file = "${file}" } } }]\n`
      await account.write({
        [OWN]: header('token'),
        '.config/regmirror/token': 'Bearer abc\n',
        token: 'Bearer abc\n',
      })
      await fs.chmod(account.home, 0o755)
      const { stderr } = await account.runHere(['validate'])
      assert.match(stderr, /token contains a secret, and other users can read it; run chmod 600/)
      await fs.chmod(account.at('.config/regmirror/token'), 0o600)
      assert.doesNotMatch((await account.runHere(['validate'])).stderr, /other users can read/)
      await account.write({ [OWN]: header('../../token') })
      assert.match(
        (await account.runHere(['validate'])).stderr,
        /token is neither in the directory of the list nor in .*\/\.config\/regmirror or \/etc\/regmirror/,
      )
    }))
})
