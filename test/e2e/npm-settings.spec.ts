/** Installation and development in a fresh checkout, with common versions of Node and settings of npm. */
import assert from 'node:assert/strict'
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { withDirectory, writeTree } from '../support/tree.ts'

const root = path.resolve(import.meta.dirname, '../..')
const PARTS = ['bin', 'docs', 'lib', 'templates', 'tools', 'schema.json', '.npmrc', 'LICENSE', 'README.md']
const MANIFESTS = ['CHANGELOG.md', 'package.json', 'package-lock.json']

/** Common settings of a user, alone and together. */
const SETTINGS = [
  'ignore-scripts=true',
  'omit[]=dev',
  'omit[]=optional',
  'save-exact=true',
  'engine-strict=true',
  'bin-links=false',
  'dry-run=true',
  'json=true',
  'package-lock=false',
  'global=true',
]

interface Place {
  readonly home: string
  readonly checkout: string
  readonly prefix: string
  /** Runs a shell command in the checkout with umask 077 and these npm settings. */
  readonly shell: (
    command: string,
    settings: readonly string[],
    env?: NodeJS.ProcessEnv,
  ) => SpawnSyncReturns<string>
}

async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
  await withDirectory(async home => {
    await fs.chmod(home, 0o755)
    const [checkout, prefix] = [path.join(home, 'checkout'), path.join(home, 'prefix')]
    for (const folder of [checkout, prefix]) await fs.mkdir(folder, { mode: 0o755 })
    const npmrc = path.join(home, 'npmrc')
    const shell: Place['shell'] = (command, settings, env = {}) => {
      const lines = ['offline=true', `cache=${home}/cache`, `prefix=${prefix}`, ...settings]
      const script = `printf '%s\\n' "$@" >'${npmrc}'; umask 077; ${command}`
      return spawnSync('sh', ['-c', script, 'sh', ...lines], {
        cwd: checkout,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: home, NPM_CONFIG_USERCONFIG: npmrc, ...env },
      })
    }
    await use({ home, checkout, prefix, shell })
  })
}

/** Copies the sources, and links the development packages of this checkout. */
async function checkOut(checkout: string): Promise<void> {
  for (const part of [...PARTS, ...MANIFESTS])
    await fs.cp(path.join(root, part), path.join(checkout, part), {
      recursive: true,
      filter: from => from !== path.join(root, 'tools/node/node_modules'),
    })
  for (const packages of ['node_modules', 'tools/node/node_modules'])
    if (existsSync(path.join(root, packages)))
      await fs.symlink(path.join(root, packages), path.join(checkout, packages))
  // Older than the packages, so that they are not installed again through the link.
  await fs.utimes(path.join(checkout, 'package-lock.json'), 0, 0)
}

/** The directory of each Node on this machine; the one that runs this test comes first. */
function nodes(): { folder: string; version: string; enough: boolean }[] {
  const folders = [path.dirname(process.execPath), ...(process.env.PATH ?? '').split(':')]
  const found = new Map(
    folders
      .filter(folder => existsSync(path.join(folder, 'node')))
      .map(folder => [realpathSync(path.join(folder, 'node')), folder]),
  )
  return [...found.values()].map(folder => {
    const version = spawnSync(path.join(folder, 'node'), ['--version'], { encoding: 'utf8' }).stdout.trim()
    const [major = 0, minor = 0] = version.slice(1).split('.').map(Number)
    return { folder, version, enough: major > 22 || (major === 22 && minor >= 22) }
  })
}

/** The command in the README for a checkout. */
async function installCommand(): Promise<string> {
  const readme = await fs.readFile(path.join(root, 'README.md'), 'utf8')
  const [, command] = /`([^`]+)` in a\s+checkout installs the command/.exec(readme) ?? []
  assert.ok(command)
  return command
}

async function assertInstalled({ prefix, checkout }: Place, ran: SpawnSyncReturns<string>): Promise<void> {
  assert.equal(ran.status, 0, ran.stdout + ran.stderr)
  const command = path.join(prefix, 'bin/regmirror')
  const { stdout, stderr } = spawnSync(process.execPath, [command, '--version'], { encoding: 'utf8' })
  const { version } = JSON.parse(await fs.readFile(path.join(root, 'package.json'), 'utf8'))
  assert.equal(stdout.trim(), version, stderr)
  const installed = path.join(prefix, 'lib/node_modules/regmirror')
  for (const file of ['templates/ansible/galaxy.yml', 'dist/THIRD-PARTY-LICENSES', 'LICENSE'])
    assert.ok(existsSync(path.join(installed, file)), file)
  for (const file of ['.', ...(await fs.readdir(prefix, { recursive: true }))]) {
    const { mode } = await fs.stat(path.join(prefix, file))
    assert.equal(mode & 0o004, 0o004, `other users can read ${file}`)
  }
  assert.equal((await fs.stat(command)).mode & 0o005, 0o005)
  assert.deepEqual(
    (await fs.readdir(checkout)).filter(name => name.endsWith('.tgz')),
    [],
  )
}

describe('the README in a fresh checkout', function () {
  this.timeout(300_000)

  for (const { folder, version, enough } of nodes()) {
    for (const settings of [['ignore-scripts=true'], SETTINGS]) {
      const title = settings.length > 1 ? 'many settings' : settings[0]
      it(`${enough ? 'installs' : 'refuses to install'} with Node ${version} and ${title}`, () =>
        withPlace(async place => {
          await checkOut(place.checkout)
          const ran = place.shell(await installCommand(), settings, {
            PATH: `${folder}:/usr/bin:/bin`,
            NODE_ENV: settings.length > 1 ? 'production' : undefined,
          })
          if (enough) return await assertInstalled(place, ran)
          assert.notEqual(ran.status, 0)
          assert.match(
            ran.stderr,
            /^regmirror requires Node 22\.22 or newer, but this is v[\d.]+; install Node 22\.22/m,
          )
          assert.deepEqual(await fs.readdir(place.prefix), [])
        }))
    }
  }

  it('refuses to install with an old Node before it changes anything', () =>
    withPlace(async ({ home, shell }) => {
      const node = '#!/bin/sh\n[ "$1" = --version ] && echo v20.20.2 && exit\nexit 1\n'
      await fs.mkdir(path.join(home, 'bin'))
      await fs.writeFile(path.join(home, 'bin/node'), node, { mode: 0o755 })
      const { status, stdout, stderr } = shell(`sh '${root}/tools/install.sh'`, [], {
        PATH: `${home}/bin:/usr/bin:/bin`,
      })
      assert.deepEqual([status, stdout], [2, ''])
      assert.equal(
        stderr,
        'regmirror requires Node 22.22 or newer, but this is v20.20.2; install Node 22.22, then try again, or (on Linux) build one file that needs no Node.js: npm run build:single\n',
      )
    }))

  it('installs nothing when the build fails', () =>
    withPlace(async ({ checkout, prefix, shell }) => {
      await checkOut(checkout)
      await fs.appendFile(path.join(checkout, 'lib/main.ts'), '}')
      const { status, stderr } = shell(await installCommand(), ['ignore-scripts=true'])
      assert.notEqual(status, 0)
      assert.match(stderr, /lib\/main\.ts:\d+:\d+/)
      assert.deepEqual(await fs.readdir(prefix), [])
    }))

  it('prints only the name of the tarball', () =>
    withPlace(async ({ checkout, shell }) => {
      await checkOut(checkout)
      const settings = [...SETTINGS, `pack-destination=${path.dirname(checkout)}`]
      const { stdout, stderr } = shell('npm run --silent package', settings)
      assert.match(stdout, /^regmirror-[\d.]+\.tgz\n$/, stderr)
      assert.ok(existsSync(path.join(checkout, stdout.trim())))
    }))

  it('reports the remedy when a tarball has no build', () =>
    withPlace(async ({ home, checkout, shell }) => {
      await checkOut(checkout)
      const packed = shell('npm pack --silent', ['ignore-scripts=true'])
      const installed = shell(`npm install --global ./${packed.stdout}`, [])
      assert.equal(installed.status, 0, installed.stderr)
      const command = path.join(home, 'prefix/bin/regmirror')
      const { status, stderr } = spawnSync(process.execPath, [command, 'plan'], { encoding: 'utf8' })
      assert.equal(status, 2)
      assert.equal(
        stderr,
        'error: cannot start regmirror: it is not built; in a checkout, run npm run build or npm run install:global, otherwise reinstall it\n',
      )
    }))
})

/** A checkout with one development package and one optional package, as tarballs that need no network. */
async function checkOutSmall({ checkout, shell }: Place): Promise<void> {
  await fs.cp(path.join(root, '.npmrc'), path.join(checkout, '.npmrc'))
  for (const script of ['dev.sh', 'new-enough.sh'])
    await fs.cp(path.join(root, 'tools', script), path.join(checkout, 'tools', script))
  const program = '#!/bin/sh\ntest -d "$(dirname "$0")/../for-this-machine" && echo works\n'
  await writeTree(checkout, {
    'a/package.json': JSON.stringify({ name: 'esbuild', version: '1.0.0', bin: 'run.sh' }),
    'a/run.sh': program,
    'b/package.json': JSON.stringify({ name: 'for-this-machine', version: '1.0.0' }),
    'package.json': JSON.stringify({
      private: true,
      devDependencies: { esbuild: 'file:esbuild-1.0.0.tgz' },
      optionalDependencies: { 'for-this-machine': 'file:for-this-machine-1.0.0.tgz' },
    }),
  })
  const made = shell('npm pack --silent ./a ./b && npm install --package-lock-only', [])
  assert.equal(made.status, 0, made.stderr)
}

describe('development packages', function () {
  this.timeout(300_000)

  const PRODUCTION = 'NODE_ENV=production'
  for (const setting of [...SETTINGS, PRODUCTION, 'all of them']) {
    it(`are installed although ${setting} leaves some out`, () =>
      withPlace(async place => {
        await checkOutSmall(place)
        const settings = setting === 'all of them' ? SETTINGS : [setting].filter(one => one !== PRODUCTION)
        const env = settings === SETTINGS || setting === PRODUCTION ? { NODE_ENV: 'production' } : {}
        const { stdout, stderr } = place.shell('sh tools/dev.sh esbuild', settings, env)
        assert.equal(stdout, 'works\n', stderr)
      }))
  }

  for (const left of ['dev', 'optional']) {
    it(`are completed when they were installed without the ${left} ones`, () =>
      withPlace(async place => {
        await checkOutSmall(place)
        assert.equal(
          place.shell(`npm ci --omit=${left} && touch -d '1 hour' node_modules/.package-lock.json`, [])
            .status,
          0,
        )
        const { stdout, stderr } = place.shell('sh tools/dev.sh esbuild', [])
        assert.equal(stdout, 'works\n', stderr)
      }))
  }

  it('are not installed again', () =>
    withPlace(async place => {
      await checkOutSmall(place)
      place.shell('sh tools/dev.sh true', [])
      const { stderr } = place.shell('sh tools/dev.sh true', [])
      assert.equal(stderr, '')
    }))
})
