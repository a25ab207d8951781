/** The Ansible collection as a package: its documents, what it builds and installs, and the rules of Ansible for it. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { sourceFiles } from '../../tools/release/sources.ts'
import { run as runCommand } from '../support/run.ts'
import { withDirectory, writeTree } from '../support/tree.ts'
import { ANSIBLE, ansible, ansibles, COLLECTION, environmentOf } from './support/ansible.ts'
import { launcher, needRuntime, treeOf } from './support/runtimes.ts'

const run = promisify(execFile)
const REPOSITORY = path.resolve(import.meta.dirname, '../..')
const UNITS = path.join(REPOSITORY, 'templates/systemd')
const ROLE = path.join(COLLECTION, 'roles/regmirror')
const PYTHON_FILES = globSync('plugins/**/*.py', { cwd: COLLECTION })

const read = (...names: readonly string[]) => fs.readFile(path.join(...names), 'utf8')
const yamlOf = async (...names: readonly string[]) => parse(await read(...names))

describe('the Ansible collection', function () {
  this.timeout(300_000)

  it('has the units of systemd that the package has', async () => {
    const units = globSync('*.service', { cwd: UNITS }).sort()
    const remedy = 'run: cp templates/systemd/*.service templates/ansible/roles/regmirror/files/'
    assert.deepEqual((await fs.readdir(path.join(ROLE, 'files'))).sort(), units, remedy)
    for (const unit of units) assert.equal(await read(ROLE, 'files', unit), await read(UNITS, unit), remedy)
  })

  it('has the version of the package', async () => {
    const { version } = JSON.parse(await read(REPOSITORY, 'package.json'))
    assert.equal((await yamlOf(COLLECTION, 'galaxy.yml')).version, version)
    const changelog = await yamlOf(COLLECTION, 'changelogs/changelog.yaml')
    assert.ok(version in changelog.releases)
  })

  it('specifies every variable of the role, with its default', async () => {
    const { options } = (await yamlOf(ROLE, 'meta/argument_specs.yml')).argument_specs.main
    const defaults = Object.entries<{ default: unknown }>(options).map(([name, option]) => [
      name,
      option.default,
    ])
    assert.deepEqual(Object.fromEntries(defaults), await yamlOf(ROLE, 'defaults/main.yml'))
  })

  it('uses every switch with the filter bool, because -e name=false gives a text', async () => {
    const { options } = (await yamlOf(ROLE, 'meta/argument_specs.yml')).argument_specs.main
    const names = Object.keys(options).filter(name => options[name].type === 'bool')
    const files = globSync('{tasks,handlers,vars}/*.yml', { cwd: ROLE })
    const text = (await Promise.all(files.map(file => read(ROLE, file)))).join('')
    for (const name of names) {
      const uses = text.match(new RegExp(`\\b${name}\\b( \\| bool\\b)?`, 'g')) ?? []
      assert.deepEqual([...new Set(uses)], [`${name} | bool`])
    }
  })

  for (const document of ['docs/ansible.md', 'templates/ansible/README.md']) {
    it(`has valid lists in ${document}`, async () => {
      const lists = (await blocksOf(document, 'yaml')).flatMap(listsIn)
      assert.equal(lists.length, 1)
      await withDirectory(async home => {
        await fs.copyFile(path.join(REPOSITORY, 'fixtures/tls/ca.pem'), path.join(home, 'corp-ca.pem'))
        await fs.writeFile(path.join(home, 'robot.password'), 'test\n', { mode: 0o600 })
        const file = path.join(home, 'mirrors.json')
        await fs.writeFile(file, JSON.stringify(lists[0]))
        const { code, stderr } = await runCommand(['validate', '-f', file])
        assert.equal(code, 0, stderr)
      })
    })
  }

  it('is valid for Python 3.6', async function () {
    const [oldest] = ansibles
    needRuntime(this, oldest.tree, false)
    // Python 3.11 is the last that still parses as Python 3.6.
    const check =
      'import ast, sys\nfor file in sys.argv[1:]: ast.parse(open(file).read(), file, feature_version=(3, 6))'
    const files = PYTHON_FILES.map(file => path.join(COLLECTION, file))
    assert.ok(files.length > 5)
    await run(launcher(oldest.tree, 'python3'), ['-c', check, ...files])
  })

  it('documents the options that the module accepts', async function () {
    needRuntime(this, ANSIBLE, false)
    const script = path.join(import.meta.dirname, 'support/module-options.py')
    const { stdout } = await run(launcher(ANSIBLE, 'python3'), [script, COLLECTION])
    const { documented, accepted } = JSON.parse(stdout)
    assert.ok(Object.keys(accepted).length > 15)
    assert.deepEqual(documented, accepted)
  })

  for (const { title, tree } of ansibles) {
    it(`is built, installed and documented as docs/ansible.md says, by ${title}`, async function () {
      needRuntime(this, tree, false)
      await withDirectory(async home => {
        const script = await writeCommands(home, tree)
        const { stdout } = await run('sh', ['-e', '-c', script], { cwd: home, env: environment(home) })
        assert.match(stdout, /regmirror\.node:0\.1\.0 was installed successfully/)
        assert.match(
          stdout,
          /restart_required[\s\S]*regmirror_require_healthy[\s\S]*playbook: \S*mirrors\.yml/,
        )
        const installed = path.join(home, '.ansible/collections/ansible_collections/regmirror/node')
        const files = (await fs.readdir(installed, { recursive: true, withFileTypes: true }))
          .filter(entry => entry.isFile() && !entry.parentPath.includes('__pycache__'))
          .map(entry => path.relative(installed, path.join(entry.parentPath, entry.name)))
        const built = ['FILES.json', 'MANIFEST.json']
        assert.deepEqual(files.sort(), [...packedSources(), ...built].sort())
      })
    })
  }

  it('passes the production profile of ansible-lint', async function () {
    needRuntime(this, ANSIBLE, true)
    const { stderr } = await lint()
    assert.match(stderr, /Passed: 0 failure\(s\), 0 warning\(s\) on \d+ files/)
    assert.match(stderr, /Profile 'production' was required, and it passed/)
  })
})

async function blocksOf(document: string, language: string): Promise<string[]> {
  const text = await read(REPOSITORY, document)
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    ([, block]) => block ?? '',
  )
}

/** The lists for regmirror_list in a YAML text. */
function listsIn(text: string): unknown[] {
  const found: unknown[] = []
  JSON.stringify(parse(text), (key, value) => {
    if (key === 'regmirror_list') found.push(value)
    return value
  })
  return found
}

/** What belongs into the package: everything but its settings for a build. */
function packedSources(): readonly string[] {
  return sourceFiles(COLLECTION).filter(file => !['galaxy.yml', '.ansible-lint'].includes(file))
}

function environment(home: string): NodeJS.ProcessEnv {
  return {
    ...environmentOf(home),
    PATH: `${home}/bin:${process.env.PATH}`,
    ANSIBLE_NOCOLOR: '1',
    PAGER: 'cat',
  }
}

/** The commands of docs/ansible.md, which find these programs of Ansible. A playbook is only read, not played. */
async function writeCommands(home: string, tree: string): Promise<string> {
  const [variables = ''] = await blocksOf('docs/ansible.md', 'yaml')
  await fs.mkdir(path.join(home, 'templates'))
  await fs.cp(COLLECTION, path.join(home, 'templates/ansible'), { recursive: true })
  await writeTree(home, { inventory: 'node ansible_connection=local\n', 'mirrors.yml': variables })
  await fs.mkdir(path.join(home, 'bin'))
  for (const program of ['ansible-galaxy', 'ansible-doc', 'ansible-playbook']) {
    const more = program === 'ansible-playbook' ? ' --syntax-check' : ''
    const words = `${ansible(program, tree)
      .map(word => `'${word}'`)
      .join(' ')} "$@"${more}`
    await fs.writeFile(path.join(home, 'bin', program), `#!/bin/sh\nexec ${words}\n`, { mode: 0o755 })
  }
  const commands = await blocksOf('docs/ansible.md', 'sh')
  assert.equal(commands.length, 3)
  return commands.join('')
}

/** In the tree of ansible-lint as a whole, because it starts programs of Ansible and of Python by their names. */
const LINT = `
set -e
mount -t tmpfs tmpfs "$2"
cd "$2"
mkdir upper work root
mount -t overlay overlay -o "lowerdir=$1,upperdir=upper,workdir=work" root
cd root
mkdir -p proc dev tmp mnt/ansible_collections/regmirror/node
mount -t proc proc proc
mount --rbind /dev dev
cp -R "$3/." mnt/ansible_collections/regmirror/node
exec chroot . /usr/bin/python3 -c "$4"
`
const RUN_LINT = `
import os, runpy, sys
os.chdir('/mnt/ansible_collections/regmirror/node')
sys.argv = ['ansible-lint']
runpy.run_path('/usr/bin/ansible-lint', run_name='__main__')
`

async function lint(): Promise<{ readonly stderr: string }> {
  return await withDirectory(async place => {
    const words = ['sh', '-c', LINT, 'sh', treeOf(ANSIBLE), place, COLLECTION, RUN_LINT]
    const env = {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      ...{ HOME: '/tmp', USER: 'root', LC_ALL: 'C.UTF-8', NO_COLOR: '1', ANSIBLE_COLLECTIONS_PATH: '/mnt' },
    }
    return await run('unshare', ['--mount', '--propagation', 'private', ...words], { env })
  })
}
