/** A watcher as a process: what an SRE sees of it on a bad night. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { STATE_DIRECTORY } from '../../lib/ownership/state.ts'
import { fakeNotify } from '../support/fake-notify.ts'
import { kill, spawnCli, startHolder } from '../support/process.ts'
import { eventually, listText, startMortal, type Watching, watching, withPlace } from '../support/watching.ts'

const WRITTEN = /(created|updated) .*hosts\.toml/
const TEXT = ['--log-format', 'text']

/** What is in a folder of ours while nobody runs. */
const leftIn = async (root: string) => (await fs.readdir(path.join(root, STATE_DIRECTORY))).sort()
const KEPT = ['health.json', 'history.json', 'state.json']

/** Another list, beside the one that is watched. */
async function otherList(list: string): Promise<string> {
  const other = `${list}.other.toml`
  await fs.writeFile(other, listText(['http://elsewhere.example']))
  return other
}

/** Whoever has ended by itself is not there any more. */
function killAnyway(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH')
  }
}

/** Runs a command that is killed before it calls a function of the file system for the nth time. */
async function killedOver(call: string, args: readonly string[]): Promise<void> {
  const env = {
    ...process.env,
    NODE_OPTIONS: `--require ${path.join(import.meta.dirname, '../support/kill-before-call.cjs')}`,
    REGMIRROR_TEST_KILL: call,
  }
  assert.equal((await spawnCli(args, env)).code, null)
}

async function assertStops(watcher: Watching, root: string): Promise<void> {
  assert.equal(await watcher.stop(), 0)
  assert.deepEqual(
    (await leftIn(root)).filter(name => ![...KEPT, 'originals'].includes(name)),
    [],
  )
}

describe('a process that watches', () => {
  it('writes the node, follows the list and the mirrors, repairs drift, and goes without a trace', async () => {
    await using a = await startMortal()
    await using b = await startMortal()
    await withPlace(async ({ root, list, args, hosts, hostsFile }) => {
      const rename = async (text: string) => {
        await fs.writeFile(`${list}.new`, text)
        await fs.rename(`${list}.new`, list)
      }
      await fs.writeFile(list, listText([a.url]))
      await watching([...args, ...TEXT], async watcher => {
        await watcher.until(WRITTEN)
        await rename(listText([a.url, b.url]))
        await watcher.until(WRITTEN)
        assert.match((await hosts()) ?? '', new RegExp(b.url))

        await a.die()
        await watcher.until(/is down/)
        await watcher.until(WRITTEN)
        assert.doesNotMatch((await hosts()) ?? '', new RegExp(a.url))
        const health = await fs.stat(path.join(root, 'var/lib/regmirror/health.json'))
        assert.equal(health.mode & 0o777, 0o600)
        // What is known is kept right after it is written.
        await eventually(
          async () => ((await spawnCli(['plan', '--check', ...args])).code === 0 ? true : undefined),
          () => 'plan and the watcher want different files',
        )
        assert.match(
          (await spawnCli(['plan', ...args])).stderr,
          /regmirror watch -f \S+mirrors\.toml \(process .*\) keeps this node, and undoes .*3600 times an hour/,
        )
        assert.match(
          (await spawnCli(['plan', '--declared', ...args])).stderr,
          /takes out again who is not well/,
        )
        await a.rise()
        await watcher.until(/is well again/)
        await watcher.until(WRITTEN)
        assert.match((await hosts()) ?? '', new RegExp(a.url))

        await fs.rm(hostsFile)
        await watcher.until(/created .*hosts\.toml, somebody else/)
        await fs.truncate(hostsFile)
        await watcher.until(/updated .*hosts\.toml, somebody else/)
        await fs.rm(list)
        await watcher.until(/error .*no such file.*last good list stays/)
        await rename(listText([b.url]))
        await watcher.until(/is sound again/)
        await watcher.until(WRITTEN)
        watcher.child.kill('SIGHUP')
        await watcher.until(/told to read the list again/)
        await watcher.until(/mirrors\.toml is as it was/)
        await assertStops(watcher, root)
      })
    })
  })

  it('follows the swap of a ConfigMap', async () => {
    await withPlace(async ({ list, args, hosts }) => {
      const folder = path.dirname(list)
      const swap = async (version: string, text: string) => {
        await fs.mkdir(path.join(folder, version))
        await fs.writeFile(path.join(folder, version, 'mirrors.toml'), text)
        await fs.symlink(version, path.join(folder, '..data_tmp'))
        await fs.rename(path.join(folder, '..data_tmp'), path.join(folder, '..data'))
      }
      await swap('..1', listText(['http://127.0.0.1:9']))
      await fs.symlink('..data/mirrors.toml', list)
      await watching([...args, ...TEXT], async watcher => {
        await watcher.until(WRITTEN)
        await swap('..2', listText(['http://127.0.0.1:9', 'http://127.0.0.1:11']))
        await watcher.until(WRITTEN)
        assert.match((await hosts()) ?? '', /:11/)
      })
    })
  })

  it('tells of a config.toml that somebody else has changed, and leaves it', async () => {
    await withPlace(async ({ root, list, args, hosts }) => {
      const config = path.join(root, 'etc/containerd/config.toml')
      await fs.writeFile(list, listText([]))
      await watching([...args, ...TEXT], async watcher => {
        await watcher.until(/created .*config\.toml/)
        const set = await fs.readFile(config, 'utf8')
        const theirs = set.replace('/etc/containerd/certs.d', '/else')
        await fs.writeFile(config, theirs)
        await watcher.until(
          /warn .*config\.toml is not as the list says: run regmirror apply, and do not restart/,
        )
        assert.equal(await fs.readFile(config, 'utf8'), theirs)
        assert.equal((await spawnCli(['apply', ...args])).code, 0)
        assert.equal(await fs.readFile(config, 'utf8'), set)
        assert.ok(await hosts())
        assert.equal(await watcher.stop(), 0)
        assert.doesNotMatch(watcher.log(), /\/else|removed|that is undone/)
      })
    })
  })

  it('has the node to itself, and lets it be taken over when it was killed', async () => {
    await withPlace(async ({ root, list, args }) => {
      await fs.writeFile(list, listText([]))
      await watching([...args, ...TEXT], async watcher => {
        await watcher.until(WRITTEN)
        for (const other of [
          ['watch', ...args],
          ['restore', '--root', root],
        ]) {
          const { code, stderr } = await spawnCli(other)
          assert.equal(code, 2)
          assert.match(
            stderr,
            /regmirror watch -f \S+ \(process \d+ .*\) is watching this node; stop it first/,
          )
        }
        await watcher.stop('SIGKILL')
      })
      // Killed over a file that it was just keeping.
      await fs.writeFile(path.join(root, STATE_DIRECTORY, '.health.json.regmirror-0123456789ab'), '{')
      await watching([...args, ...TEXT], async watcher => {
        await watcher.until(/read .*mirrors\.toml/)
        await assertStops(watcher, root)
      })
    })
  })

  it('finishes what an apply has left that was killed beside it, and what that left of the watcher stays', async () => {
    await withPlace(async ({ root, list, args, hosts }) => {
      const place = path.join(root, STATE_DIRECTORY)
      const keeping = '.health.json.regmirror-0123456789ab'
      await fs.writeFile(list, listText([]))
      await watching([...args, ...TEXT], async watcher => {
        await watcher.until(WRITTEN)
        await fs.writeFile(path.join(place, keeping), '{')
        await killedOver('rename 3', ['apply', '--root', root, '-f', await otherList(list)])
        assert.ok((await leftIn(root)).some(name => name.startsWith('journal-')))
        watcher.child.kill('SIGHUP')
        await watcher.until(/warn .*regmirror apply of .* was cut off: it was finished first/)
        await watcher.until(WRITTEN)
        assert.doesNotMatch((await hosts()) ?? 'elsewhere', /elsewhere/)
        assert.ok((await leftIn(root)).includes(keeping))
        await watcher.stop()
      })
      assert.equal((await spawnCli(['apply', ...args])).code, 0)
      assert.deepEqual(await leftIn(root), KEPT)
    })
  })

  it('stops when its lock is removed: another could watch beside it', async () => {
    await using a = await startMortal()
    await withPlace(async ({ root, list, args }) => {
      await fs.writeFile(list, listText([a.url]))
      await watching([...args, ...TEXT], async watcher => {
        await watcher.until(WRITTEN)
        await fs.rm(path.join(root, 'var/lib/regmirror'), { recursive: true, force: true, maxRetries: 5 })
        await watcher.until(/error: .*removed the lock of this watcher; start it again/)
        assert.equal(await watcher.stop(), 2)
      })
    })
  })

  it('has as last event in a JSON log why it ends', async () => {
    await withPlace(async ({ root, list, args }) => {
      await fs.writeFile(list, listText([]))
      await watching([...args, '--log-format', 'json'], async watcher => {
        await watcher.until(WRITTEN)
        const closed = once(watcher.child, 'close')
        await fs.rm(path.join(root, STATE_DIRECTORY), { recursive: true, force: true, maxRetries: 5 })
        assert.equal((await closed)[0], 2)
        const events = watcher
          .log()
          .trimEnd()
          .split('\n')
          .map(line => JSON.parse(line))
        const { time, msg, ...rest } = events.at(-1)
        assert.ok(Date.parse(time) > 0)
        assert.match(msg, /somebody has removed the lock of this watcher; start it again$/)
        assert.deepEqual(rest, { level: 'error', event: 'failed', code: 'locked', path: STATE_DIRECTORY })
      })
    })
  })

  it('ends with the terminal that it was started at', async () => {
    await withPlace(async ({ root, list, args }) => {
      await fs.writeFile(list, listText([]))
      const script = path.join(root, 'typescript')
      const cli = path.join(import.meta.dirname, '../support/cli.ts')
      const watch = [process.execPath, cli, 'watch', ...args].map(word => `'${word}'`).join(' ')
      const id = path.join(root, 'id')
      const terminal = spawn('script', ['-qfec', `echo $$ > '${id}'; exec ${watch}`, script])
      const tickets = async () => (await leftIn(root)).filter(name => name.startsWith('watch-'))
      try {
        await eventually(
          async () => (await fs.readFile(script, 'utf8').catch(() => '')).match(WRITTEN) ?? undefined,
          () => 'nothing is written',
        )
        assert.equal((await tickets()).length, 1)
        await kill(terminal, 'SIGKILL')
        await eventually(
          async () => ((await tickets()).length === 0 ? true : undefined),
          () => 'it goes on',
        )
      } finally {
        await kill(terminal, 'SIGKILL')
        killAnyway(Number(await fs.readFile(id, 'utf8')))
      }
    })
  })

  it('follows a list that is a link to elsewhere, and says once what is odd about it', async () => {
    await using a = await startMortal()
    await using b = await startMortal()
    await withPlace(async ({ root, list, args, hosts }) => {
      const elsewhere = path.join(root, '../elsewhere/list.toml')
      await fs.mkdir(path.dirname(elsewhere))
      const twice = (url: string) => listText([url, url])
      await fs.writeFile(elsewhere, twice(a.url))
      await fs.symlink(elsewhere, list)
      await watching([...args, ...TEXT], async watcher => {
        await watcher.until(/warn .*listed twice/)
        await watcher.until(WRITTEN)
        // Before what no event tells of is looked for.
        const looked = Date.now()
        await fs.writeFile(elsewhere, twice(b.url))
        await watcher.until(/warn .*listed twice/)
        assert.ok(Date.now() - looked < 55_000, 'it was not seen when it changed')
        await watcher.until(WRITTEN)
        assert.match((await hosts()) ?? '', new RegExp(b.url))
        watcher.child.kill('SIGHUP')
        await watcher.until(/told to read the list again/)
        await assertStops(watcher, root)
        assert.equal(watcher.log().match(/listed twice/g)?.length, 2)
      })
    })
  })

  it('says in JSON who is in its way, and writes when they are done', async () => {
    await withPlace(async ({ root, list, args, hosts }) => {
      await fs.writeFile(list, listText([]))
      const holder = await startHolder(root)
      try {
        await watching([...args, '--log-format', 'json', '--lock-timeout', '1s'], async watcher => {
          await watcher.until(/"event":"write_failed"/)
          assert.equal(await hosts(), undefined)
          await kill(holder, 'SIGKILL')
          await watcher.until(/"event":"write_ok"/)
          assert.notEqual(await hosts(), undefined)
          assert.equal(await watcher.stop(), 0)
          for (const line of watcher.log().trimEnd().split('\n'))
            assert.equal(typeof JSON.parse(line).event, 'string')
          assert.equal(watcher.log().match(/write_failed/g)?.length, 1)
        })
      } finally {
        await kill(holder, 'SIGKILL')
      }
    })
  })

  it('stops at once while it waits for whoever writes', async () => {
    await withPlace(async ({ root, list, args }) => {
      await fs.writeFile(list, listText([]))
      const holder = await startHolder(root)
      try {
        await watching([...args, ...TEXT, '--lock-timeout', '60s'], async watcher => {
          await watcher.until(/read .*: 1 registry, 0 mirrors/)
          assert.equal(await watcher.stop(), 0)
        })
      } finally {
        await kill(holder, 'SIGKILL')
      }
    })
  })

  it('stops at once while a mirror accepts and hangs, and puts every mirror back where that is wanted', async () => {
    await using a = await startMortal()
    await using b = await startMortal({ hangs: true })
    await withPlace(async ({ root, list, args, hosts }) => {
      await fs.writeFile(list, listText([a.url, b.url], 'timeout = "60s"'))
      await watching([...args, ...TEXT, '--on-exit', 'declared'], async watcher => {
        await watcher.until(WRITTEN)
        await a.die()
        await watcher.until(/is down/)
        await watcher.until(WRITTEN)
        await b.asked()
        await assertStops(watcher, root)
      })
      assert.match((await hosts()) ?? '', new RegExp(a.url))
      assert.equal((await spawnCli(['plan', '--check', ...args])).code, 0)
    })
  })

  it('tells systemd how it is, and a browser', async () => {
    await withPlace(async ({ root, list, args }) => {
      await fs.writeFile(list, listText([]))
      const { env, told } = await fakeNotify(path.join(path.dirname(list), 'bin'))
      let last = ''
      const heard = (what: RegExp) =>
        eventually(
          async () => {
            last = await told()
            return what.test(last) || undefined
          },
          () => `systemd was not told ${what}, but: ${last}`,
        )
      const use = async (watcher: Watching) => {
        const line = await watcher.until(/serving the status at/)
        const url = /http:\S+\/$/m.exec(line)?.[0]
        await heard(/READY=1 STATUS=0 mirrors/)
        await heard(/WATCHDOG=1/)
        assert.equal((await fetch(`${url}readyz`)).status, 200)
        for (let i = 0; i < 50; i += 1) watcher.child.kill('SIGHUP')
        await heard(/RELOADING=1 MONOTONIC_USEC=\d+\n(?:.*\n)*.*READY=1/)
        await assertStops(watcher, root)
      }
      await watching([...args, ...TEXT, '--listen', '127.0.0.1:0'], use, env)
      assert.match(await told(), /STOPPING=1\n$/)
      const reloads = (await told()).match(/RELOADING/g) ?? []
      assert.ok(reloads.length <= 50)
    })
  })

  it('tells systemd that it is up, and why it can do nothing yet, when its first list is not sound', async () => {
    await withPlace(async ({ list, args }) => {
      await fs.writeFile(list, 'version = 2\n')
      const { env, told } = await fakeNotify(path.join(path.dirname(list), 'bin'))
      await watching(
        [...args, ...TEXT],
        async () => {
          const ready = async () => /READY=1 (.*)/.exec(await told())?.[1]
          assert.match(
            await eventually(ready, () => 'systemd waits for ever'),
            /^STATUS=\S+mirrors\.toml:1:\d+: /,
          )
        },
        env,
      )
    })
  })

  it('reads a list from stdin once, and knows it ever after', async () => {
    await withPlace(async ({ root }) => {
      const args = ['--root', root, '-f', '-', '--list-format', 'toml', ...TEXT]
      const use = async (watcher: Watching) => {
        await watcher.until(WRITTEN)
        watcher.child.kill('SIGHUP')
        await watcher.until(/told to read the list again/)
        await assertStops(watcher, root)
        assert.doesNotMatch(watcher.log(), /error/)
      }
      await watching(args, use, {}, listText([]))
    })
  })
})
