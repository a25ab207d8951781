/** An upgrade replaces the installed files while the command runs, or while it starts. */
import assert from 'node:assert/strict'
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { kill } from '../support/process.ts'
import { readTree, withDirectory } from '../support/tree.ts'
import { listText, startMirror, type Watching, watcherOf } from '../support/watching.ts'
import { needBuilt } from './support/built.ts'

const require = createRequire(import.meta.url)
const PROJECT = path.resolve(import.meta.dirname, '../..')
const INSTALLED = ['bin', 'dist', 'package.json', 'schema.json', 'templates']
const ENV = { ...process.env, NOTIFY_SOCKET: '', JOURNAL_STREAM: '8:1' }
const WRITTEN = /(created|updated) .*hosts\.toml/

/** The built command as an installation of its own, and a node. */
interface Installed {
  readonly folder: string
  readonly program: string
  readonly root: string
  /** Writes the default list of the node in that format, and removes other formats. */
  list(format: 'toml' | 'yaml' | 'json', text: string): Promise<void>
  hosts(): Promise<string>
}

async function withInstalled(use: (installed: Installed) => Promise<void>): Promise<void> {
  await withDirectory(async directory => {
    const [folder, root] = [path.join(directory, 'installed'), path.join(directory, 'node')]
    for (const name of INSTALLED)
      await fs.cp(path.join(PROJECT, name), path.join(folder, name), { recursive: true })
    const lists = path.join(root, 'etc/regmirror')
    await fs.mkdir(lists, { recursive: true })
    await fs.mkdir(path.join(root, 'etc/containerd'), { recursive: true })
    await use({
      folder,
      program: path.join(folder, 'bin/regmirror.js'),
      root,
      list: async (format, text) => {
        const fresh = path.join(lists, `mirrors.${format}`)
        await fs.writeFile(`${fresh}.new`, text)
        for (const name of await fs.readdir(lists))
          if (name !== `mirrors.${format}.new`) await fs.rm(path.join(lists, name))
        await fs.rename(`${fresh}.new`, fresh)
      },
      hosts: () => fs.readFile(path.join(root, 'etc/containerd/certs.d/docker.io/hosts.toml'), 'utf8'),
    })
  })
}

async function watchingInstalled(
  { program, root }: Installed,
  use: (watcher: Watching) => Promise<void>,
): Promise<void> {
  const args = ['watch', '--root', root, '--log-format', 'text', '--listen', '127.0.0.1:0']
  const child = spawn(process.execPath, [program, ...args], { env: ENV, stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    await use(watcherOf(child))
  } finally {
    await kill(child, 'SIGKILL')
  }
}

/** A command that runs for long closes its bundle when it has read all of it. */
async function untilBundleIsRead(pid: number | undefined): Promise<void> {
  const open = `/proc/${pid}/fd`
  for (;;) {
    const links = (await fs.readdir(open)).map(fd => fs.readlink(path.join(open, fd)).catch(() => ''))
    if (!(await Promise.all(links)).some(file => file.endsWith('regmirror.bundle'))) return
    await sleep(50)
  }
}

/** The same list for other formats. */
const listOf = (urls: readonly string[]) => ({
  version: 1,
  health: { interval: '1s' },
  registries: { 'docker.io': { mirrors: urls } },
})

function runInstalled({ program, root }: Installed, command: string): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [program, command, '--root', root], {
    env: ENV,
    encoding: 'utf8',
    timeout: 60_000,
  })
}

/** Where the largest code cache begins in its file, which has it twice, and how long each copy is. */
function largestCache(file: Buffer): { from: number; half: number } {
  const begin = file.indexOf('\n') + 1
  const index: Record<string, [number, number]> = JSON.parse(file.toString('latin1', 0, begin)).index
  const [start, end] = Object.values(index).reduce((a, b) => (b[1] - b[0] > a[1] - a[0] ? b : a))
  return { from: begin + start, half: (end - start) / 2 }
}

describe('an upgrade', () => {
  before(needBuilt)

  const upgrades: Readonly<Record<string, (folder: string) => Promise<void>>> = {
    'that removes the files': folder => fs.rm(folder, { recursive: true }),
    'that writes over the files': async folder => {
      for (const name of await fs.readdir(path.join(folder, 'dist')))
        await fs.writeFile(path.join(folder, 'dist', name), 'another version')
    },
  }
  for (const [upgrade, act] of Object.entries(upgrades))
    it(`${upgrade} does not stop a running watcher, whatever happens afterwards`, async () => {
      await using a = await startMirror()
      await using b = await startMirror()
      await withInstalled(async installed => {
        await installed.list('toml', listText([a.url, b.url]))
        await watchingInstalled(installed, async watcher => {
          const line = await watcher.until(/listening at/)
          const url = /http:\S+\/$/m.exec(line)?.[0]
          await watcher.until(WRITTEN)
          await untilBundleIsRead(watcher.child.pid)
          await act(installed.folder)

          await installed.list(
            'yaml',
            JSON.stringify(listOf([a.url]), undefined, 2).replace('{', '# YAML\n{'),
          )
          await watcher.until(/read .*mirrors\.yaml/)
          await installed.list('json', JSON.stringify(listOf([b.url, a.url])))
          await watcher.until(/read .*mirrors\.json/)
          await installed.list('toml', 'version = 1\n[registries."docker.io"]\nmirors = 1\n')
          await watcher.until(/error .*mirrors\.toml:3:1/)
          await installed.list('toml', JSON.stringify(listOf([a.url])))
          await watcher.until(/error .*this is JSON, but it is read as TOML/)
          await installed.list('toml', listText([a.url, b.url]))
          await watcher.until(/is valid again/)

          await a.stop()
          await watcher.until(/is unhealthy/)
          await watcher.until(WRITTEN)
          assert.doesNotMatch(await installed.hosts(), new RegExp(a.url))
          await a.start()
          await watcher.until(/is healthy again/)
          await watcher.until(WRITTEN)

          for (const page of ['', '?open=docker.io', 'metrics', 'healthz', 'readyz', 'livez'])
            assert.equal((await fetch(`${url}${page}`)).status, 200, page)
          assert.equal((await fetch(`${url}nothing`)).status, 404)
          watcher.child.kill('SIGHUP')
          await watcher.until(/SIGHUP: reading the list again/)
          await watcher.until(/is unchanged/)
          assert.equal(await watcher.stop(), 0, watcher.log())
        })
      })
    })

  it('does not change the message and exit code of a watcher that fails', () =>
    withInstalled(async installed => {
      await installed.list('toml', listText([]))
      await watchingInstalled(installed, async watcher => {
        await watcher.until(WRITTEN)
        await fs.rm(installed.folder, { recursive: true })
        await fs.rm(path.join(installed.root, 'var/lib/regmirror'), { recursive: true, maxRetries: 5 })
        await watcher.until(
          /error: .*the lock of this watcher was removed outside regmirror; restart the watcher/,
        )
        assert.equal(await watcher.stop(), 2)
      })
    }))

  it('leaves the node as it was when it happens while a command starts, which reports it in one line', () =>
    withInstalled(async installed => {
      await installed.list('toml', listText([]))
      const before = await readTree(installed.root)
      for (const name of ['dist/regmirror.bundle', 'bin/load.js']) {
        const part = path.join(installed.folder, name)
        const text = await fs.readFile(part)
        const damages = {
          removed: () => fs.rm(part),
          emptied: () => fs.writeFile(part, ''),
          truncated: () => fs.truncate(part, Math.floor(text.length / 2)),
        }
        for (const [damage, act] of Object.entries(damages)) {
          await act()
          for (const command of ['apply', 'watch']) {
            const { status, stderr } = runInstalled(installed, command)
            assert.equal(status, 2, stderr)
            assert.match(
              stderr,
              /^error: cannot start regmirror: [^\n]*, otherwise reinstall it\n$/,
              `${name} ${damage}`,
            )
          }
          await fs.writeFile(part, text)
          assert.deepEqual(await readTree(installed.root), before, name)
        }
      }
    }))

  it('works with any code cache, and with none', () =>
    withInstalled(async installed => {
      await installed.list('toml', listText([]))
      const part = path.join(installed.folder, 'dist/regmirror.cache')
      const cache = await fs.readFile(part)
      const flipped = (at: number) => {
        const bytes = Buffer.from(cache)
        bytes[at] = (bytes[at] ?? 0) ^ 0xff
        return bytes
      }
      const { from, half } = largestCache(cache)
      const emptied = ([start, end]: readonly [number, number]) =>
        Buffer.from(cache)
          .fill(0, from + start, from + end)
          .fill(0, from + half + start, from + half + end)
      const damaged = [
        Buffer.alloc(0),
        Buffer.alloc(cache.length),
        cache.subarray(0, cache.length / 2),
        Buffer.concat([cache.subarray(0, cache.length / 2), Buffer.alloc(cache.length / 2)]),
        // A page in the middle, and one at the end, in both copies.
        emptied([4096, 8192]),
        emptied([half - 100, half]),
        ...[0, 20, 60, 100, cache.length >> 1, cache.length - 1].map(flipped),
      ]
      for (const bytes of damaged) {
        await fs.writeFile(part, bytes)
        const { status, stdout, stderr } = runInstalled(installed, 'plan')
        assert.equal(status, 0, stderr)
        assert.match(stdout, /create/)
      }
      await fs.rm(part)
      assert.equal(runInstalled(installed, 'plan').status, 0)
    }))

  it('uses the code cache of its own bundle and its own Node only', () =>
    withInstalled(async installed => {
      const { bytesFile, checkedCaches, openBundle, packBundle } = require('../../bin/load.js')
      const bundleOf = (id: string) =>
        packBundle(id, './a.js', { './a.js': '(function(exports){exports.run=()=>1})' })
      const cached = (bundle: Buffer, cache: Buffer) => {
        const before = Buffer.from(cache)
        const { program, isCached } = openBundle(
          bytesFile(bundle),
          checkedCaches(() => bytesFile(cache)),
          require,
          installed.folder,
        )
        assert.equal(program.run(), 1)
        assert.deepEqual(cache, before)
        return isCached()
      }
      const cache = openBundle(
        bytesFile(bundleOf('a')),
        () => () => undefined,
        require,
        installed.folder,
      ).packCache()
      assert.equal(cached(bundleOf('a'), cache), true)
      assert.equal(cached(bundleOf('b'), cache), false)
      const text = cache.toString('latin1')
      assert.equal(
        cached(bundleOf('a'), Buffer.from(text.replace(process.version, 'v22.22.0'), 'latin1')),
        false,
      )
      assert.equal(cached(bundleOf('a'), Buffer.from(text.replace(process.arch, 'mips'), 'latin1')), false)
      assert.equal(cached(bundleOf('a'), cache.subarray(0, -4)), false)
      // A page that was not written, at the end of both copies.
      const { from, half } = largestCache(cache)
      const emptied = Buffer.from(cache)
        .fill(0, from + half - 50, from + half)
        .fill(0, from + half + half - 50)
      assert.equal(cached(bundleOf('a'), emptied), false)
    }))
})
