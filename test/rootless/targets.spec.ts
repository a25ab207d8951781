/** Every runtime that a user can run without root: its files are in the home directory, and are put back byte for byte. */
import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { AppliedReport } from '../../lib/model/report.ts'
import { targets } from '../../lib/targets/index.ts'
import { type Account, withAccount as withAnyAccount } from '../support/account.ts'
import { readTree, type Tree } from '../support/tree.ts'

const withAccount = (use: (account: Account) => Promise<void>) => withAnyAccount(use, { targets })

const listFor = (...names: readonly string[]) =>
  `version = 1\n[registries."docker.io"]\nmirrors = ["https://m.example"]\n${names.map(name => `[targets.${name}]\n`).join('')}`

const rootless = Object.entries(targets)
  .filter(([, about]) => 'rootless' in about)
  .map(([name]) => name)

/** What such a user may have today, by its runtime. */
const BEFORE: Readonly<Record<string, Tree>> = {
  docker: { '.config/docker/daemon.json': '{\n\t"debug" : true\n}' },
  containers: { '.config/containers/registries.conf.d/10-own.conf': 'short-name-mode = "enforcing"\n' },
  buildkit: { '.config/buildkit/buildkitd.toml': '# mine\n[worker.oci]\n  gc = true' },
  nerdctl: { '.config/nerdctl/nerdctl.toml': '# mine\ndebug = false\r\n' },
}

async function report<T>(account: Account, verb: string, ...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await account.runHere([verb, '--format', 'json', ...args])
  assert.equal(code, 0, stderr + stdout)
  return JSON.parse(stdout)
}

/** Applies the list and restores, which leaves the home directory as it was; returns the paths that were written. */
async function roundTrip(account: Account, list: string, before: Tree): Promise<readonly string[]> {
  await account.write({ ...before, 'mirrors.toml': list })
  const all = await readTree(account.home)
  const file = ['-f', account.at('mirrors.toml')]
  const { changes } = await report<AppliedReport>(account, 'apply', '--no-probe', ...file)
  assert.equal((await account.runHere(['plan', '--check', ...file])).code, 0)
  await report(account, 'restore')
  assert.deepEqual(await readTree(account.home), all)
  return changes.map(change => change.path)
}

describe('a runtime that a user can run without root', () => {
  it('is named as such in the table', () =>
    assert.deepEqual([...rootless].sort(), ['buildkit', 'containers', 'docker', 'nerdctl']))

  for (const name of rootless) {
    it(`${name}: has its files in the home directory, from nothing and beside those of the user`, () =>
      withAccount(async account => {
        for (const before of [{}, BEFORE[name] ?? {}]) {
          const written = await roundTrip(account, listFor(name), before)
          assert.ok(written.length > 0)
          for (const file of written) assert.ok(file.startsWith(`${account.home}/.config/`), file)
        }
      }))

    it(`${name}: is explained and diagnosed by the files of that user`, () =>
      withAccount(async account => {
        await account.write({ ...BEFORE[name], 'mirrors.toml': listFor(name) })
        const file = ['-f', account.at('mirrors.toml')]
        await report(account, 'apply', '--no-probe', ...file)
        const { stdout } = await account.runHere(['explain', 'docker.io/library/x'])
        assert.match(stdout, /m\.example/)
        assert.ok(stdout.includes(account.home), stdout)
        const doctor = await account.runHere(['doctor'])
        assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr)
        assert.doesNotMatch(doctor.stdout + doctor.stderr, /as root/)
      }))
  }

  it('is configured together with the others by one list', () =>
    withAccount(async account => {
      const before = Object.assign({}, ...Object.values(BEFORE))
      const written = await roundTrip(account, listFor(...rootless), before)
      assert.ok(written.length >= rootless.length)
    }))

  it('is what init --detect writes into a list of that user, and nothing of the machine', () =>
    withAccount(async account => {
      await account.write({
        '.config/systemd/user/docker.service': '',
        '.config/nerdctl/nerdctl.toml': 'debug = false\n',
      })
      const list = account.at('.config/regmirror/mirrors.toml')
      assert.equal((await account.runHere(['init', '--detect', '-o', list])).code, 0)
      const text = await fs.readFile(list, 'utf8')
      assert.match(text, /\n# rootless Docker: .*\/docker\.service\n\[targets\.docker\]\n/)
      assert.match(text, /\n\[targets\.nerdctl\]\n/)
      assert.doesNotMatch(text, /targets\.(containerd|k3s)/)
      assert.equal((await account.runHere(['plan'])).code, 0)
    }))

  it('is imported from the files of the user', () =>
    withAccount(async account => {
      await account.write({
        '.config/docker/daemon.json': '{ "registry-mirrors": ["https://hub.example"] }\n',
        '.config/systemd/user/docker.service': '',
      })
      const { code, stdout, stderr } = await account.runHere(['import'])
      assert.equal(code, 0, stderr)
      assert.match(stdout, /hub\.example/)
      await fs.writeFile(path.join(account.home, 'mirrors.toml'), stdout)
      assert.equal((await account.runHere(['validate', '-f', account.at('mirrors.toml')])).code, 0)
    }))
})
