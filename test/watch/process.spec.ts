/** A watcher as a process, as an operator sees it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { MACHINE_STATE } from '../../lib/system/state-paths.ts'
import { fakeNotify } from '../support/fake-notify.ts'
import { kill, spawnCli, startHolder } from '../support/process.ts'
import { FROM_SOURCE, shellWords } from '../support/program.ts'
import { eventually, listText, startMirror, type Watching, watching, withPlace } from '../support/watching.ts'

const WRITTEN = /(created|updated) .*hosts\.toml/
const TEXT = ['--log-format', 'text']

/** The files in the state folder. */
const stateFiles = async (root: string) => (await fs.readdir(path.join(root, MACHINE_STATE.directory))).sort()
const PERMANENT = ['health.json', 'history.json', 'state.json']

/** Another list, beside that of the watcher. */
async function otherList(list: string): Promise<string> {
  const other = `${list}.other.toml`
  await fs.writeFile(other, listText(['http://elsewhere.example']))
  return other
}

/** The process may have ended by itself. */
function killIfRunning(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH')
  }
}

/** Runs a command that is killed before its nth call of a function of the file system. */
async function killAt(call: string, args: readonly string[]): Promise<void> {
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
    (await stateFiles(root)).filter(name => ![...PERMANENT, 'originals'].includes(name)),
    [],
  )
}

describe('a watcher process', () => {
  it('writes the node, follows the list and the mirrors, undoes drift, and ends without a trace', async () => {
    await using a = await startMirror()
    await using b = await startMirror()
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

        await a.stop()
        await watcher.until(new RegExp(`docker\\.io: ${a.url} is unhealthy: `))
        await watcher.until(new RegExp(`updated .*hosts\\.toml: removed ${a.url}$`, 'm'))
        assert.doesNotMatch((await hosts()) ?? '', new RegExp(a.url))
        const health = await fs.stat(path.join(root, 'var/lib/regmirror/health.json'))
        assert.equal(health.mode & 0o777, 0o600)
        // The health is saved right after the write.
        await eventually(
          async () => ((await spawnCli(['plan', '--check', ...args])).code === 0 ? true : undefined),
          () => 'plan and the watcher differ',
        )
        assert.match(
          (await spawnCli(['plan', ...args])).stderr,
          /regmirror watch -f \S+mirrors\.toml \(process .*\) runs on this node\n[\s\S]*at most 3600 times per hour/,
          'nothing changes, so there is nothing to undo',
        )
        const other = `${list}.other.toml`
        await fs.writeFile(other, listText([b.url, 'https://other.example.com']))
        assert.match(
          (await spawnCli(['plan', '--root', root, '-f', other])).stderr,
          /runs on this node and will undo this change if its list is different/,
        )
        assert.match(
          (await spawnCli(['plan', '--declared', ...args])).stderr,
          /removes unhealthy mirrors again/,
        )
        await a.start()
        await watcher.until(new RegExp(`docker\\.io: ${a.url} is healthy again$`, 'm'))
        await watcher.until(new RegExp(`updated .*hosts\\.toml: returned ${a.url}$`, 'm'))
        assert.match((await hosts()) ?? '', new RegExp(a.url))

        await fs.rm(hostsFile)
        await watcher.until(/created .*hosts\.toml \(it was removed outside regmirror\)/)
        await fs.truncate(hostsFile)
        await watcher.until(/updated .*hosts\.toml \(it was changed outside regmirror\)/)
        await fs.rm(list)
        await watcher.until(/error .*does not exist.*watcher uses the last valid list/)
        await rename(listText([b.url]))
        await watcher.until(/is valid again/)
        await watcher.until(WRITTEN)
        watcher.child.kill('SIGHUP')
        await watcher.until(/SIGHUP: reading the list again/)
        await watcher.until(/mirrors\.toml is unchanged/)
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

  it('reports a config.toml that was changed outside regmirror, and does not write it', async () => {
    await withPlace(async ({ root, list, args, hosts }) => {
      const config = path.join(root, 'etc/containerd/config.toml')
      await fs.writeFile(list, listText([]))
      await watching([...args, ...TEXT], async watcher => {
        await watcher.until(/created .*config\.toml/)
        const written = await fs.readFile(config, 'utf8')
        const changed = written.replace('/etc/containerd/certs.d', '/else')
        await fs.writeFile(config, changed)
        await watcher.until(
          /warn .*config\.toml differs from the list; run regmirror apply before you reload or restart/,
        )
        assert.equal(await fs.readFile(config, 'utf8'), changed)
        assert.equal((await spawnCli(['apply', ...args])).code, 0)
        assert.equal(await fs.readFile(config, 'utf8'), written)
        assert.ok(await hosts())
        assert.equal(await watcher.stop(), 0)
        assert.doesNotMatch(watcher.log(), /\/else|removed|regmirror undoes the change/)
      })
    })
  })

  it('has the node to itself, until it is killed', async () => {
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
            /regmirror watch -f \S+ \(process \d+ .*\) is watching this node; stop it: systemctl stop regmirror-watch/,
          )
        }
        await watcher.stop('SIGKILL')
      })
      // As if it was killed while it saved a file.
      await fs.writeFile(path.join(root, MACHINE_STATE.directory, '.health.json.regmirror-0123456789ab'), '{')
      await watching([...args, ...TEXT], async watcher => {
        await watcher.until(/read .*mirrors\.toml/)
        await assertStops(watcher, root)
      })
    })
  })

  it('finishes an apply that was killed beside it, which does not touch files that the watcher saves', async () => {
    await withPlace(async ({ root, list, args, hosts }) => {
      const place = path.join(root, MACHINE_STATE.directory)
      const saving = '.health.json.regmirror-0123456789ab'
      await fs.writeFile(list, listText([]))
      await watching([...args, ...TEXT], async watcher => {
        await watcher.until(WRITTEN)
        await fs.writeFile(path.join(place, saving), '{')
        await killAt('rename 3', ['apply', '--root', root, '-f', await otherList(list)])
        assert.ok((await stateFiles(root)).some(name => name.startsWith('journal-')))
        watcher.child.kill('SIGHUP')
        await watcher.until(/warn .*regmirror finished the interrupted apply of /)
        await watcher.until(WRITTEN)
        assert.doesNotMatch((await hosts()) ?? 'elsewhere', /elsewhere/)
        assert.ok((await stateFiles(root)).includes(saving))
        await watcher.stop()
      })
      assert.equal((await spawnCli(['apply', ...args])).code, 0)
      assert.deepEqual(await stateFiles(root), PERMANENT)
    })
  })

  it('ends when its lock is removed, because another watcher could start', async () => {
    await using a = await startMirror()
    await withPlace(async ({ root, list, args }) => {
      await fs.writeFile(list, listText([a.url]))
      await watching([...args, ...TEXT], async watcher => {
        await watcher.until(WRITTEN)
        await fs.rm(path.join(root, 'var/lib/regmirror'), { recursive: true, force: true, maxRetries: 5 })
        await watcher.until(
          /error: .*the lock of this watcher was removed outside regmirror; restart the watcher/,
        )
        assert.equal(await watcher.stop(), 2)
      })
    })
  })

  it('has the reason of its end as the last event of a JSON log', async () => {
    await withPlace(async ({ root, list, args }) => {
      await fs.writeFile(list, listText([]))
      await watching([...args, '--log-format', 'json'], async watcher => {
        await watcher.until(WRITTEN)
        const closed = once(watcher.child, 'close')
        await fs.rm(path.join(root, MACHINE_STATE.directory), { recursive: true, force: true, maxRetries: 5 })
        assert.equal((await closed)[0], 2)
        const events = watcher
          .log()
          .trimEnd()
          .split('\n')
          .map(line => JSON.parse(line))
        const { time, msg, ...rest } = events.at(-1)
        assert.ok(Date.parse(time) > 0)
        assert.match(
          msg,
          /the lock of this watcher was removed outside regmirror; restart the watcher: systemctl restart regmirror-watch$/,
        )
        assert.deepEqual(rest, {
          level: 'error',
          event: 'failed',
          code: 'locked',
          path: MACHINE_STATE.directory,
        })
      })
    })
  })

  it('ends with its terminal', async () => {
    await withPlace(async ({ root, list, args }) => {
      await fs.writeFile(list, listText([]))
      const script = path.join(root, 'typescript')
      const watch = shellWords([...FROM_SOURCE, 'watch', ...args])
      const id = path.join(root, 'id')
      const terminal = spawn('script', ['-qfec', `echo $$ > '${id}'; exec ${watch}`, script])
      const tickets = async () => (await stateFiles(root)).filter(name => name.startsWith('watch-'))
      try {
        await eventually(
          async () => (await fs.readFile(script, 'utf8').catch(() => '')).match(WRITTEN) ?? undefined,
          () => 'nothing is written',
        )
        assert.equal((await tickets()).length, 1)
        await kill(terminal, 'SIGKILL')
        await eventually(
          async () => ((await tickets()).length === 0 ? true : undefined),
          () => 'it still runs',
        )
      } finally {
        await kill(terminal, 'SIGKILL')
        killIfRunning(Number(await fs.readFile(id, 'utf8')))
      }
    })
  })

  it('follows a list that is a link, and reports its notices once', async () => {
    await using a = await startMirror()
    await using b = await startMirror()
    await withPlace(async ({ root, list, args, hosts }) => {
      const elsewhere = path.join(root, '../elsewhere/list.toml')
      await fs.mkdir(path.dirname(elsewhere))
      const twice = (url: string) => listText([url, url])
      await fs.writeFile(elsewhere, twice(a.url))
      await fs.symlink(elsewhere, list)
      await watching([...args, ...TEXT], async watcher => {
        await watcher.until(/warn .*duplicate mirror/)
        await watcher.until(WRITTEN)
        // Sooner than the check that happens every minute.
        const changedAt = Date.now()
        await fs.writeFile(elsewhere, twice(b.url))
        await watcher.until(/warn .*duplicate mirror/)
        assert.ok(Date.now() - changedAt < 55_000, 'no event has reported the change')
        await watcher.until(WRITTEN)
        assert.match((await hosts()) ?? '', new RegExp(b.url))
        watcher.child.kill('SIGHUP')
        await watcher.until(/SIGHUP: reading the list again/)
        await assertStops(watcher, root)
        assert.equal(watcher.log().match(/duplicate mirror/g)?.length, 2)
      })
    })
  })

  it('reports in JSON that another run holds the lock, and writes after that run', async () => {
    await withPlace(async ({ root, list, args, hosts }) => {
      await fs.writeFile(list, listText([]))
      const holder = await startHolder(root)
      try {
        await watching([...args, '--log-format', 'json', '--lock-timeout', '1s'], async watcher => {
          await watcher.until(/"event":"write_failed"/)
          assert.equal(await hosts(), undefined)
          await kill(holder, 'SIGKILL')
          await watcher.until(/"event":"write_recovered"/)
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

  it('stops immediately while it waits for the lock', async () => {
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

  it('stops immediately while a mirror hangs, and writes every mirror again with --on-exit declared', async () => {
    await using a = await startMirror()
    await using b = await startMirror({ hangs: true })
    await withPlace(async ({ root, list, args, hosts }) => {
      await fs.writeFile(list, listText([a.url, b.url], 'timeout = "60s"'))
      await watching([...args, ...TEXT, '--on-exit', 'declared'], async watcher => {
        await watcher.until(WRITTEN)
        await a.stop()
        await watcher.until(/is unhealthy/)
        await watcher.until(WRITTEN)
        await b.requested()
        await assertStops(watcher, root)
      })
      assert.match((await hosts()) ?? '', new RegExp(a.url))
      assert.equal((await spawnCli(['plan', '--check', ...args])).code, 0)
    })
  })

  it('notifies systemd, and serves its pages', async () => {
    await withPlace(async ({ root, list, args }) => {
      await fs.writeFile(list, listText([]))
      const { env, told: notified } = await fakeNotify(path.join(path.dirname(list), 'bin'))
      let last = ''
      const isNotified = (message: RegExp) =>
        eventually(
          async () => {
            last = await notified()
            return message.test(last) || undefined
          },
          () => `systemd did not get ${message}, but: ${last}`,
        )
      const use = async (watcher: Watching) => {
        const line = await watcher.until(/listening at/)
        const url = /http:\S+\/$/m.exec(line)?.[0]
        await isNotified(/READY=1 STATUS=0 mirrors/)
        await isNotified(/WATCHDOG=1/)
        assert.equal((await fetch(`${url}readyz`)).status, 200)
        for (let i = 0; i < 50; i += 1) watcher.child.kill('SIGHUP')
        await isNotified(/RELOADING=1 MONOTONIC_USEC=\d+\n(?:.*\n)*.*READY=1/)
        await assertStops(watcher, root)
      }
      await watching([...args, ...TEXT, '--listen', '127.0.0.1:0'], use, env)
      assert.match(await notified(), /STOPPING=1\n$/)
      const reloads = (await notified()).match(/RELOADING/g) ?? []
      assert.ok(reloads.length <= 50)
    })
  })

  it('is ready for systemd, with the reason, when its first list is invalid', async () => {
    await withPlace(async ({ list, args }) => {
      await fs.writeFile(list, 'version = 2\n')
      const { env, told: notified } = await fakeNotify(path.join(path.dirname(list), 'bin'))
      await watching(
        [...args, ...TEXT],
        async () => {
          const ready = async () => /READY=1 (.*)/.exec(await notified())?.[1]
          assert.match(
            await eventually(ready, () => 'systemd waits forever'),
            /^STATUS=\S+mirrors\.toml:1:\d+: /,
          )
        },
        env,
      )
    })
  })

  it('reads a list from stdin once, and keeps it', async () => {
    await withPlace(async ({ root }) => {
      const args = ['--root', root, '-f', '-', '--list-format', 'toml', ...TEXT]
      const use = async (watcher: Watching) => {
        await watcher.until(WRITTEN)
        watcher.child.kill('SIGHUP')
        await watcher.until(/SIGHUP: reading the list again/)
        await assertStops(watcher, root)
        assert.doesNotMatch(watcher.log(), /error/)
      }
      await watching(args, use, {}, listText([]))
    })
  })
})
