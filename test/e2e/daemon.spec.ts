/**
 * Which process is trusted as the containerd of this machine: real processes of other users, in other namespaces, and with
 * executables that other users control. The log of a proxy shows whose environment was used.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Notice, PlanReport } from '../../lib/model/report.ts'
import { openProcesses } from '../../lib/system/trusted-processes.ts'
import { spawnCli } from '../support/process.ts'
import { withDirectory } from '../support/tree.ts'
import { startContainerdLike, type Waiting, writeWaitingProgram } from '../support/waiting-program.ts'
import { type LoggingProxy, startLoggingProxy } from './support/logging-proxy.ts'
import { needMounts, skip } from './support/runtimes.ts'

const TOKEN = 'Bearer planted-token'
const AS_USER = ['setpriv', '--reuid', '1000', '--regid', '1000', '--clear-groups']
/** Runs a script as process 1 of a PID namespace. */
const FIRST = ['unshare', '--pid', '--mount-proc', '--fork', '--kill-child', 'sh', '-c']
/** A script that starts a daemon and waits until it runs with this process id. */
const until = (pid: number | '$!', command: string) =>
  `${command} & until [ "$(cat /proc/${pid}/comm 2>/dev/null)" = containerd ]; do :; done`
const MIRROR = 'http://mirror.invalid/v2/'

/** A directory with a list and a config for daemons, and a proxy for their environment. */
interface Setup {
  readonly home: string
  readonly config: string
  readonly proxy: LoggingProxy
  /** Runs `use` while these commands run, with the proxy in their environment. */
  whileRunning(
    commands: readonly (readonly string[])[],
    use: (running: readonly Waiting[]) => Promise<void>,
  ): Promise<void>
  /** The requests of a probe to the proxy. */
  proxyRequests(wrapper?: readonly string[]): Promise<readonly string[]>
  plan(wrapper?: readonly string[]): Promise<PlanReport>
}

async function withSetup(use: (setup: Setup) => Promise<void>): Promise<void> {
  await withDirectory(async home => {
    await fs.chmod(home, 0o755)
    const proxy = await startLoggingProxy()
    const [config, list] = [path.join(home, 'etc/config.toml'), path.join(home, 'list/mirrors.toml')]
    await fs.mkdir(path.dirname(config))
    await fs.writeFile(config, 'version = 2\n')
    await fs.mkdir(path.dirname(list))
    await fs.writeFile(list, listText(config, path.join(home, 'etc/certs.d')))
    const runJson = async (args: readonly string[], wrapper: readonly string[] = []) => {
      const ran = await spawnCli(
        [...args, '-f', list, '--format', 'json'],
        { PATH: process.env.PATH },
        wrapper,
      )
      assert.ok(ran.code === 0 || ran.code === 1, ran.stderr)
      return JSON.parse(ran.stdout)
    }
    try {
      await use({
        ...{ home, config, proxy },
        whileRunning: async (commands, then) => {
          const running: Waiting[] = []
          try {
            for (const command of commands) running.push(await startContainerdLike(command, proxy.env, home))
            await then(running)
          } finally {
            for (const { stop } of running) await stop()
          }
        },
        proxyRequests: async wrapper => {
          proxy.clear()
          await runJson(['probe', '--samples', '1'], wrapper)
          return [...proxy.requests]
        },
        plan: wrapper => runJson(['plan'], wrapper),
      })
    } finally {
      await proxy.close()
    }
  })
}

function listText(config: string, hostsDir: string): string {
  const mirror = `{ url = "http://mirror.invalid", header = { Authorization = "${TOKEN}" } }`
  const registry = `[registries."r.test"]\nserver = "http://127.0.0.1:9"\nmirrors = [${mirror}]\n`
  return `version = 1\n${registry}[targets.containerd]\nconfig = "${config}"\nhosts_dir = "${hostsDir}"\n`
}

const ofDaemons = ({ notices }: PlanReport): readonly Notice[] =>
  notices.filter(({ code }) => ['daemon_ignored', 'other_config', 'several_daemons'].includes(code))

/** Prepares files below the directory, and returns a command. `$HOME` in `why` is that directory. */
interface Case {
  readonly why: string
  prepare(home: string): Promise<readonly string[]>
}

const program = async (file: string, mode?: number) => {
  await writeWaitingProgram(file, mode)
  return file
}

/** A setuid program, and a second name for it. */
const setuid = async (home: string, second: 'link' | 'symlink') => {
  const helper = await program(path.join(home, 'bin/helper'))
  await fs[second](helper, path.join(home, 'bin/containerd'))
  await fs.chmod(helper, 0o4755)
  return path.join(home, 'bin/containerd')
}

const untrusted: Readonly<Record<string, Case>> = {
  'of another user': {
    why: 'runs as uid 1000',
    prepare: async home => [...AS_USER, await program(path.join(home, 'containerd'))],
  },
  'that is started by a link to a setuid program': {
    why: 'runs as uid 1000 and 0',
    prepare: async home => [...AS_USER, await setuid(home, 'symlink')],
  },
  'that is started by a second name of a setuid program': {
    why: 'runs as uid 1000 and 0',
    prepare: async home => [...AS_USER, await setuid(home, 'link')],
  },
  'that is a setuid program under a second name': {
    why: 'runs $HOME/bin/containerd, which is setuid or setgid',
    prepare: async home => [await setuid(home, 'link')],
  },
  'that is another program of root under a link': {
    why: 'runs $HOME/bin/helper',
    prepare: async home => [await setuid(home, 'symlink')],
  },
  'whose executable other users can write': {
    why: 'runs $HOME/containerd, which other users can write',
    prepare: async home => [await program(path.join(home, 'containerd'), 0o757)],
  },
  'whose executable another user owns': {
    why: 'runs $HOME/containerd, which is owned by uid 1000',
    prepare: async home => {
      const file = await program(path.join(home, 'containerd'))
      await fs.chown(file, 1000, 1000)
      return [file]
    },
  },
  'whose directory other users can write': {
    why: 'runs $HOME/bin/containerd, but other users can write $HOME/bin',
    prepare: async home => {
      const file = await program(path.join(home, 'bin/containerd'))
      await fs.chmod(path.dirname(file), 0o775)
      return [file]
    },
  },
  'in a directory of another user': {
    why: 'runs $HOME/a/b/containerd, but $HOME/a is owned by uid 1000',
    prepare: async home => {
      const file = await program(path.join(home, 'a/b/containerd'))
      await fs.chown(path.join(home, 'a'), 1000, 1000)
      return [file]
    },
  },
  'in another mount namespace': {
    why: 'runs in another mount namespace',
    prepare: async home => ['unshare', '--mount', await program(path.join(home, 'containerd'))],
  },
  'with another root directory': {
    why: 'has another root directory',
    prepare: async home => {
      await program(path.join(home, 'bin/containerd'))
      await fs.mkdir(path.join(home, path.dirname(home)), { recursive: true })
      await fs.symlink('/', path.join(home, home))
      return ['chroot', home, '/bin/containerd']
    },
  },
}

const trusted: Readonly<Record<string, (home: string) => Promise<readonly string[]>>> = {
  'of root': async home => [await program(path.join(home, 'containerd'))],
  'that is the program of k3s under another name': async home => {
    await program(path.join(home, 'bin/k3s'))
    await fs.symlink('k3s', path.join(home, 'bin/containerd'))
    return [path.join(home, 'bin/containerd')]
  },
  'in a directory of root below a sticky one': async home => {
    await fs.mkdir(path.join(home, 'open'))
    await fs.chmod(path.join(home, 'open'), 0o1777)
    return [await program(path.join(home, 'open/bin/containerd'))]
  },
}

describe('the containerd of this machine', function () {
  this.timeout(300_000)
  before(function () {
    needMounts(this)
  })

  for (const [title, { why, prepare }] of Object.entries(untrusted)) {
    it(`is not a process ${title}: its proxy gets no token, and the plan reports why`, () =>
      withSetup(async ({ home, config, whileRunning, proxyRequests, plan }) => {
        const command = [...(await prepare(home)), '--config', config]
        await whileRunning([command], async ([one]) => {
          assert.deepEqual(await proxyRequests(), [])
          const reason = why.replaceAll('$HOME', home)
          const planned = await plan()
          assert.deepEqual(planned.restart, [], 'no restart is needed')
          const message = `regmirror ignores containerd processes that it does not trust: process ${one?.pid} ${reason}`
          assert.deepEqual(
            ofDaemons(planned).map(({ code, message }) => [code, message]),
            [['daemon_ignored', message]],
          )
        })
      }))
  }

  for (const [title, prepare] of Object.entries(trusted)) {
    it(`is a process ${title}`, () =>
      withSetup(async ({ home, config, whileRunning, proxyRequests, plan }) => {
        await whileRunning([[...(await prepare(home)), '--config', config]], async () => {
          assert.deepEqual(await proxyRequests(), [MIRROR])
          const planned = await plan()
          assert.deepEqual(
            planned.restart.map(({ target }) => target),
            ['containerd'],
          )
          assert.deepEqual(ofDaemons(planned), [])
        })
      }))
  }

  it('is a process whose executable an upgrade replaced, or removed with its directory', () =>
    withSetup(async ({ home, config, whileRunning, proxyRequests, plan }) => {
      const file = await program(path.join(home, 'data/1/containerd'))
      await whileRunning([[file, '--config', config]], async () => {
        await program(`${file}.new`)
        await fs.rename(`${file}.new`, file)
        assert.deepEqual(await proxyRequests(), [MIRROR])
        await fs.rm(path.join(home, 'data'), { recursive: true })
        assert.deepEqual(await proxyRequests(), [MIRROR])
        assert.deepEqual(ofDaemons(await plan()), [])
      })
    }))

  it('is found in the mount namespace of process 1, from another one: a systemd unit, a container', () =>
    withSetup(async ({ home, config, proxy, proxyRequests }) => {
      const file = await program(path.join(home, 'containerd'))
      const script = `${until('$!', `HTTP_PROXY=${proxy.env.HTTP_PROXY} ${file} --config ${config}`)}
        unshare --mount "$@"`
      assert.deepEqual(await proxyRequests([...FIRST, script, 'sh']), [MIRROR])
    }))

  it('is not a process that reads another file with the same path', () =>
    withSetup(async ({ home, config, proxy, proxyRequests, plan }) => {
      const file = await program(path.join(home, 'containerd'))
      const directory = path.dirname(config)
      const hidden = `mount -t tmpfs tmpfs ${directory} && echo 'version = 2' >${config} && exec "$@"`
      const script = `${until('$!', `HTTP_PROXY=${proxy.env.HTTP_PROXY} ${file} --config ${config}`)}
        unshare --mount sh -c "$0" sh "$@"`
      assert.deepEqual(await proxyRequests([...FIRST, script, hidden]), [])
      const [notice] = ofDaemons(await plan([...FIRST, script, hidden]))
      assert.match(notice?.message ?? '', /reads .*config\.toml through other mounts/)
    }))

  it('is not a process in a container, which is not reported', () =>
    withSetup(async ({ home, config, whileRunning, proxyRequests, plan }) => {
      const file = await program(path.join(home, 'containerd'))
      await whileRunning(
        [['unshare', '--pid', '--fork', '--kill-child', file, '--config', config]],
        async () => {
          assert.deepEqual(await proxyRequests(), [])
          assert.deepEqual(ofDaemons(await plan()), [])
        },
      )
    }))

  it('is found by a relative path, by a link, and by the last --config', () =>
    withSetup(async ({ home, config, whileRunning, proxyRequests }) => {
      const file = await program(path.join(home, 'containerd'))
      await fs.symlink(config, path.join(home, 'linked.toml'))
      const lines = [
        ['-c', 'etc/config.toml'],
        ['-c=linked.toml'],
        ['--config', '/other.toml', '-config', config],
      ]
      for (const args of lines)
        await whileRunning([[file, ...args]], async () =>
          assert.deepEqual(await proxyRequests(), [MIRROR], args.join(' ')),
        )
    }))

  it('is not `containerd config dump`', () =>
    withSetup(async ({ home, config, whileRunning, plan, proxyRequests }) => {
      const file = await program(path.join(home, 'containerd'))
      await whileRunning([[file, '--config', config, 'config', 'dump']], async () => {
        assert.deepEqual(await proxyRequests(), [])
        assert.deepEqual(ofDaemons(await plan()), [])
      })
    }))

  it('is not another process of root with another config; all of them are reported', () =>
    withSetup(async ({ home, config, whileRunning, proxyRequests, plan }) => {
      const file = await program(path.join(home, 'containerd'))
      await whileRunning([[file, '--config', '/run/other.toml']], async ([other]) => {
        assert.deepEqual(await proxyRequests(), [])
        assert.deepEqual(
          ofDaemons(await plan()).map(({ message }) => message),
          [`containerd (process ${other?.pid}) reads /run/other.toml, not ${config}`],
        )
      })
      await whileRunning(
        [
          [file, '--config', config],
          [file, '--config', config],
        ],
        async running => {
          assert.deepEqual(await proxyRequests(), [MIRROR])
          const pids = running.map(({ pid }) => pid).toSorted((a, b) => a - b)
          assert.deepEqual(
            ofDaemons(await plan()).map(({ message }) => message),
            [`2 containerd processes read ${config}: ${pids.join(', ')}; the proxies of the first are used`],
          )
        },
      )
    }))

  it('is reported first if it is not trusted, and processes that only have its name are counted', () =>
    withSetup(async ({ home, config, whileRunning, plan }) => {
      const file = await program(path.join(home, 'containerd'))
      const open = await program(path.join(home, 'open/containerd'), 0o777)
      const many = Array(4).fill([...AS_USER, file, '--config', config])
      await whileRunning([...many, [open, '--config', config]], async () => {
        const [notice, ...rest] = ofDaemons(await plan())
        const named = /: (process \d+ runs [^;]*; ){3}and 2 more$/
        assert.match(notice?.message ?? '', named)
        assert.match(notice?.message ?? '', /: process \d+ runs .*\/open\/containerd, which/)
        assert.deepEqual(rest, [])
      })
    }))

  it('is the process with the lowest id, compared as numbers', () =>
    withSetup(async ({ home, config, proxy, proxyRequests }) => {
      const file = await program(path.join(home, 'containerd'))
      const script = `echo 98 >/proc/sys/kernel/ns_last_pid
        ${until(99, `HTTP_PROXY=${proxy.env.HTTP_PROXY} ${file} --config ${config}`)}
        echo 99 >/proc/sys/kernel/ns_last_pid
        ${until(100, `${file} --config ${config}`)}
        "$@"`
      assert.deepEqual(await proxyRequests([...FIRST, script, 'sh']), [MIRROR])
    }))

  it('may run as the own user of regmirror, also in its own namespaces', function () {
    const rootless = [...AS_USER, 'unshare', '--user', '--map-root-user', '--mount']
    try {
      execFileSync('env', [...rootless, 'true'], { stdio: 'ignore' })
    } catch {
      skip(this, 'users may not create user namespaces here')
    }
    return withSetup(async ({ home, config, whileRunning, proxyRequests }) => {
      const file = await program(path.join(home, 'containerd'))
      await whileRunning([[...rootless, file, '--config', config]], async () => {
        assert.deepEqual(await proxyRequests(AS_USER), [MIRROR])
        const asAnother = AS_USER.map(word => word.replace('1000', '1001'))
        assert.deepEqual(await proxyRequests(asAnother), [])
      })
    })
  })

  it('gives its variables no longer once another process has its id', () =>
    withSetup(async ({ home, config, whileRunning }) => {
      const file = await program(path.join(home, 'containerd'))
      const processes = openProcesses(0)
      await whileRunning([[file, '--config', config]], async ([one]) => {
        const { trusted: found } = await processes.find('containerd', ['containerd'])
        const process = found.find(({ identity }) => identity.pid === one?.pid)
        assert.ok(process)
        assert.ok((await processes.variables(process))?.HTTP_PROXY)
        const earlier = { ...process.identity, startTicks: process.identity.startTicks - 1 }
        assert.equal(await processes.variables({ ...process, identity: earlier }), undefined)
        await one?.stop()
        assert.equal(await processes.variables(process), undefined)
      })
    }))
})
