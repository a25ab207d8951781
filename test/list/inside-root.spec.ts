/** A list inside `--root` is part of an image: it reads nothing of the host. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { failureOf, load, problemsOf } from '../support/load.ts'
import { type Tree, withDirectory, writeTree } from '../support/tree.ts'

const SECRET = 'Bearer of-the-machine'
const listWith = (header: string) =>
  `version = 1\n[registries."quay.io"]\nmirrors = [{ url = "https://m.example", header = { Authorization = ${header} } }]\n`
const IN_ETC = 'etc/regmirror/mirrors.toml'

/** A host with a secret beside an image; `list` is in the image. */
async function withImage(
  list: string,
  tree: Tree,
  use: (root: string, home: string) => Promise<void>,
  file = IN_ETC,
): Promise<void> {
  await withDirectory(async home => {
    const root = path.join(home, 'image')
    await writeTree(home, { token: SECRET, 'secrets/token': SECRET, 'credentials/token': SECRET })
    await writeTree(root, { [file]: list, ...tree })
    await use(root, home)
  })
}

/** Every way to select the list of the image: by default, by its path, by a link to the tree, by a link from elsewhere. */
async function names(root: string, home: string): Promise<readonly (string | undefined)[]> {
  await fs.symlink(root, path.join(home, 'link'))
  await fs.symlink(path.join(root, IN_ETC), path.join(home, 'mirrors.toml'))
  return [
    undefined,
    path.join(root, IN_ETC),
    path.join(home, 'link', IN_ETC),
    path.join(home, 'mirrors.toml'),
  ]
}

describe('a list inside --root', () => {
  const refused: [title: string, header: (home: string) => string, tree: Tree, message: RegExp][] = [
    [
      'a file of the host by its path',
      home => `{ file = "${home}/token" }`,
      {},
      /neither in the directory of the list nor/,
    ],
    [
      'a file of the host by ..',
      () => '{ file = "../../../token" }',
      {},
      /neither in the directory of the list nor/,
    ],
    [
      'a file of the host through a link',
      () => '{ file = "token" }',
      { 'etc/regmirror/token': '-> ../../../token' },
      /points outside the root directory/,
    ],
    ['a credential of systemd', () => '{ file = "token" }', {}, /\/etc\/regmirror\/token does not exist/],
    [
      'the environment',
      () => '{ env = "TOKEN" }',
      {},
      /cannot use the environment of this machine; use a list outside --root with -f/,
    ],
  ]
  for (const [title, header, tree, message] of refused) {
    it(`does not read ${title}`, () =>
      withImage('', tree, async (root, home) => {
        await fs.writeFile(path.join(root, IN_ETC), listWith(header(home)))
        const env = { TOKEN: SECRET, CREDENTIALS_DIRECTORY: path.join(home, 'credentials') }
        for (const file of await names(root, home)) {
          const given = file === undefined ? {} : { file }
          const [problem = ''] = await problemsOf(load({ root, env, ...given }))
          assert.match(problem, message, String(file))
        }
      }))
  }

  it('does not read /etc/regmirror of the host', () =>
    withImage(listWith('{ file = "/etc/regmirror/token" }'), {}, async root => {
      const [problem = ''] = await problemsOf(load({ root }))
      assert.match(problem, /\/etc\/regmirror\/token does not exist/)
    }))

  it('is not read through a link that leads out of the tree', () =>
    withImage('', {}, async (root, home) => {
      await fs.writeFile(path.join(home, 'other.toml'), listWith('"x"'))
      for (const target of [path.join(home, 'other.toml'), '../../../other.toml']) {
        await fs.rm(path.join(root, IN_ETC))
        await fs.symlink(target, path.join(root, IN_ETC))
        await failureOf(load({ root, file: path.join(root, IN_ETC) }))
      }
    }))

  it('reads files of the tree, by paths that start at its root', () =>
    withImage(
      `version = 1\n[registries."quay.io"]\nmirrors = [{ url = "https://m.example", header = { A = { file = "a" }, B = { file = "/etc/regmirror/b" } } }]\n`,
      { 'srv/a': 'one', 'srv/mirrors.toml': '', 'etc/regmirror/b': 'two' },
      async (root, home) => {
        const text = await fs.readFile(path.join(root, IN_ETC), 'utf8')
        await fs.writeFile(path.join(root, 'srv/mirrors.toml'), text)
        const file = path.join(root, 'srv/mirrors.toml')
        const { list, file: shown } = await load({ root, file })
        assert.deepEqual(list.registries[0]?.mirrors[0]?.header, { A: 'one', B: 'two' })
        assert.equal(shown, file)
        await fs.symlink(root, path.join(home, 'link'))
        assert.equal((await load({ root: path.join(home, 'link'), file })).list.registries.length, 1)
      },
    ))

  it('may use other directories of the tree only', () =>
    withImage(listWith('{ file = "/srv/token" }'), { 'srv/token': 'Bearer inside' }, async (root, home) => {
      const { list } = await load({ root, allowFilesFrom: [path.join(root, 'srv')] })
      assert.deepEqual(list.registries[0]?.mirrors[0]?.header, { Authorization: 'Bearer inside' })
      const { code, message } = await failureOf(load({ root, allowFilesFrom: [path.join(home, 'secrets')] }))
      assert.equal(code, 'usage')
      assert.match(
        message,
        /is outside --root, and a list inside --root cannot read files of this machine; use a list outside/,
      )
    }))

  it('is recognized through a bind mount of the tree', function () {
    if (process.getuid?.() !== 0) this.skip()
    return withImage(listWith('{ env = "TOKEN" }'), {}, async (root, home) => {
      const cli = path.join(import.meta.dirname, '../support/cli.ts')
      await fs.mkdir(path.join(home, 'elsewhere'))
      const script = `mount --bind image elsewhere; "$0" "${cli}" validate --root image -f elsewhere/${IN_ETC} 2>&1; echo "exit $?"`
      const args = ['-m', '--propagation', 'private', 'sh', '-c', script, process.execPath]
      const output = execFileSync('unshare', args, {
        cwd: path.dirname(root),
        encoding: 'utf8',
        env: { ...process.env, TOKEN: SECRET },
      })
      assert.match(output, /cannot use the environment of this machine.*\nexit 2$/m)
    })
  })
})

describe('a list outside --root', () => {
  it('reads files and the environment of this machine', () =>
    withImage('', {}, async (root, home) => {
      const file = path.join(home, 'mirrors.toml')
      for (const header of ['{ file = "token" }', '{ env = "TOKEN" }']) {
        await fs.writeFile(file, listWith(header))
        const { list } = await load({ root, file, env: { TOKEN: SECRET } })
        assert.deepEqual(list.registries[0]?.mirrors[0]?.header, { Authorization: SECRET })
      }
    }))
})
