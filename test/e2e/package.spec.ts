/** The published package: packed, installed elsewhere, and run there. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { withDirectory, writeTree } from '../support/tree.ts'
import { eventually } from '../support/watching.ts'
import { needBuilt } from './support/built.ts'
import { startWatcher } from './support/watcher.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** Scripts that no other requires by a constant name. */
const BY_NAME = [
  './main.js',
  './diff.js',
  './iarna-toml.js',
  './jsonc-parser.js',
  './toml-eslint-parser.js',
  './yaml.js',
]

function run(program: string, args: readonly string[], cwd: string) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  assert.equal(status, 0, `${program} ${args.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

describe('the package', () => {
  it('installs without dependencies, and works', () =>
    withDirectory(async directory => {
      needBuilt()
      const [packed] = JSON.parse(
        run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], root),
      )
      const files: string[] = packed.files.map((file: { path: string }) => file.path)
      for (const file of [
        'bin/regmirror.js',
        'bin/load.js',
        'bin/package.json',
        'schema.json',
        'templates/lists/starter.toml',
        'docs/watching.md',
        'docs/notices.md',
        'LICENSE',
        'README.md',
      ]) {
        assert.ok(files.includes(file), `${file} is in the package`)
      }
      // A watcher runs for days while upgrades replace the files: it has one file open, and soon has read all of it.
      assert.deepEqual(
        files.filter(file => /^dist\//.test(file)),
        ['dist/LEGAL.txt', 'dist/regmirror.bundle', 'dist/regmirror.cache', 'dist/THIRD-PARTY-LICENSES'],
      )
      const bundle = await fs.readFile(path.join(root, 'dist/regmirror.bundle'), 'latin1')
      const scripts = Object.keys(JSON.parse(bundle.slice(0, bundle.indexOf('\n'))).index)
      const required = [...bundle.matchAll(/\brequire\("(\.[^"]*)"\)/g)].map(([, name = '']) => name)
      assert.deepEqual([...new Set(required)].sort(), scripts.filter(name => !BY_NAME.includes(name)).sort())
      assert.doesNotMatch(bundle, /\bimport\(/)
      assert.doesNotMatch(bundle, /[^\0-\x7f]/)
      assert.deepEqual(
        files.filter(file => /^(lib|test|fixtures|tools)\//.test(file)),
        [],
      )

      await writeTree(directory, {
        'package.json': '{"private":true}',
        'node/etc/containerd/config.toml': 'version = 2\n',
      })
      run('npm', ['install', '--offline', '--no-audit', '--no-fund', packed.filename], directory)
      const installed = await fs.readdir(path.join(directory, 'node_modules'))
      assert.deepEqual(
        installed.filter(name => !name.startsWith('.')),
        ['regmirror'],
      )

      const regmirror = (...args: string[]) =>
        run(path.join(directory, 'node_modules/.bin/regmirror'), args, directory)
      const { version } = JSON.parse(await fs.readFile(path.join(root, 'package.json'), 'utf8'))
      assert.equal(regmirror('--version').trim(), version)
      regmirror('init', '-o', 'mirrors.toml')
      assert.match(regmirror('validate', '-f', 'mirrors.toml'), /valid/)
      assert.match(regmirror('apply', '-f', 'mirrors.toml', '--root', 'node'), /created/)
      assert.match(regmirror('plan', '-f', 'mirrors.toml', '--root', 'node', '--check'), /nothing to do/)
    }))

  it('keeps what is not ASCII, in patterns and on its page', () =>
    withDirectory(async directory => {
      needBuilt()
      await writeTree(directory, {
        'node/etc/containerd/config.toml': 'version = 2\n',

        'mirrors.toml': 'version = 1\n[registries."quay.io"]\nmirrors = ["http://127.0.0.1:9"]\n',
      })
      await fs.writeFile(path.join(directory, 'quotes.toml'), 'version = 1\n[health]\ninterval = “30s”\n')
      const launcher = path.join(root, 'bin/regmirror.js')
      const { stderr } = spawnSync(launcher, ['validate', '-f', 'quotes.toml'], {
        cwd: directory,
        encoding: 'utf8',
      })
      assert.match(stderr, /quotes\.toml:3:12: this is not a quote of TOML; write "…"/)
      const at = (file: string) => path.join(directory, file)
      const args = ['-f', at('mirrors.toml'), '--root', at('node'), '--listen', '127.0.0.1:0']
      const watcher = await startWatcher(args, process.env, [process.execPath, launcher])
      try {
        const { url = '' } = await watcher.heard('listening', 0)
        const page = async () => {
          const text = await (await fetch(url)).text()
          return text.includes('quay.io') ? text : undefined
        }
        const text = await eventually(page, () => 'the page has no registry')
        assert.match(text, /title="after the mirrors">↳</)
      } finally {
        await watcher.stop()
      }
    }))

  it('starts other programs', () =>
    withDirectory(async directory => {
      needBuilt()
      const list = 'version = 1\n[registries."quay.io"]\nmirrors = ["http://127.0.0.1:9"]\n'
      const stopsWatcher = '#!/bin/sh\necho "$*" >>"$0.log"\nkill "$PPID"\n'
      await writeTree(directory, {
        'node/etc/containerd/config.toml': 'version = 2\n',
        'mirrors.toml': list,
        'systemd-notify': stopsWatcher,
      })
      await fs.chmod(path.join(directory, 'systemd-notify'), 0o755)
      const env = { PATH: `${directory}:${process.env.PATH}`, NOTIFY_SOCKET: '@none' }
      const watch = [path.join(root, 'bin/regmirror.js'), 'watch', '-f', 'mirrors.toml', '--root', 'node']
      const options = { cwd: directory, env, encoding: 'utf8', timeout: 120_000 } as const
      const { stderr } = spawnSync(process.execPath, watch, options)
      assert.match(await fs.readFile(path.join(directory, 'systemd-notify.log'), 'utf8'), /READY=1/, stderr)
    }))

  it('starts Node with little room for new values, which halves the memory that a large list needs', () => {
    const printOptions = '--import=data:text/javascript,process.stderr.write(process.execArgv.join())'
    const env = { PATH: process.env.PATH, NODE_OPTIONS: printOptions }
    const launcher = path.join(root, 'bin/regmirror.js')
    const { stderr } = spawnSync(launcher, ['--version'], { env, encoding: 'utf8' })
    assert.equal(stderr, '--max-semi-space-size=4')
  })

  it('reports the remedy with an old Node', async () => {
    const launcher = await fs.readFile(path.join(root, 'bin/regmirror.js'), 'utf8')
    const old = `Object.defineProperty(process.versions, 'node', { value: '18.20.4' });\n`
    const { status, stderr } = spawnSync(process.execPath, ['--eval', old + launcher.replace(/^#!.*/, '')], {
      encoding: 'utf8',
    })
    assert.equal(status, 2)
    assert.match(stderr, /requires Node 22\.22 or newer, but this is 18\.20\.4; install Node 22\.22/)
  })

  it('reports in one line that its working directory was removed', () =>
    withDirectory(async directory => {
      const gone = path.join(directory, 'gone')
      await fs.mkdir(gone)
      const script = 'rmdir "$PWD" && exec "$0" "$@"'
      const { status, stderr } = spawnSync(
        'sh',
        ['-c', script, process.execPath, path.join(root, 'bin/regmirror.js'), 'validate'],
        { cwd: gone, encoding: 'utf8' },
      )
      assert.equal(status, 2)
      assert.equal(stderr, 'error: the working directory was removed; change to one that exists\n')
    }))
})
