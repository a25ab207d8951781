/** Low limits of files, threads, processes and watches, and a full disk: reported in one line, and never blamed on a mirror. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { ProbeReport } from '../../lib/model/report.ts'
import { AS_BUILT } from '../support/program.ts'
import { startRegistry } from '../support/registry.ts'
import { withDirectory } from '../support/tree.ts'
import { eventually, listText, watching, withPlace } from '../support/watching.ts'
import { needBuilt } from './support/built.ts'
import { cgroups } from './support/cgroup.ts'
import { needMounts, skip } from './support/runtimes.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built command after `script`, shell code that sets limits. */
async function limited(script: string, args: readonly string[]): Promise<Ended> {
  const child = spawn('sh', ['-c', `${script}; exec "$@"`, 'sh', ...AS_BUILT, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', part => {
      text[name] += part
    })
  const [code, signal] = await once(child, 'close')
  return { code, signal, ...text }
}

/** Exit code 2, and one line as the only output. */
function assertOneLine({ code, signal, stdout, stderr }: Ended, line: RegExp): void {
  assert.equal(signal, null, stderr)
  assert.equal(code, 2, stderr)
  assert.match(stderr, line)
  assert.equal(stderr.trim().split('\n').length, 1, stderr)
  assert.equal(stdout, '')
}

/** Runs TypeScript with the limits that `wrapper` sets; returns its output. */
function runScript(script: string, wrapper: readonly string[]): string {
  const [program = '', ...args] = [
    ...wrapper,
    process.execPath,
    '--input-type=module-typescript',
    '-e',
    script,
  ]
  const { stdout, stderr, status, signal } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' })
  assert.equal(status, 0, `${signal} ${stderr}`)
  return stdout
}

/** Opens files until no descriptor is left. */
const EXHAUST = `
  import fs from 'node:fs'
  const exhaust = () => { try { for (;;) fs.openSync('/dev/null') } catch (error) { if (error.code !== 'EMFILE') throw error } }
`
const FEW_FILES = ['prlimit', '--nofile=128:128', '--']

async function withList<T>(mirrors: readonly string[], use: (list: string) => Promise<T>): Promise<T> {
  return await withDirectory(async directory => {
    const list = path.join(directory, 'mirrors.toml')
    await fs.writeFile(list, listText(mirrors))
    return await use(list)
  })
}

describe('limits', () => {
  before(needBuilt)

  for (const command of ['validate', 'probe', 'plan', 'watch']) {
    it(`ulimit -n 24: ${command} reports it in one line`, async () => {
      await withList(['http://127.0.0.1:9'], async list => {
        assertOneLine(
          await limited('ulimit -n 24', [command, '-f', list]),
          /^error: this process may open 24 files and needs 32; raise the limit: ulimit -n 1024, or LimitNOFILE=/,
        )
      })
    })
  }

  it('ulimit -n 64: 100 mirrors are healthy, because probes wait for descriptors', async () => {
    const registries = await Promise.all(
      Array.from({ length: 100 }, () => startRegistry({ behaviour: { slow: 300 } })),
    )
    try {
      const urls = registries.map(({ port }) => `http://localhost:${port}`)
      await withList(urls, async list => {
        const { stdout, stderr } = await limited('ulimit -n 64', ['probe', '-f', list, '--format', 'json'])
        const { probes } = JSON.parse(stdout) as ProbeReport
        const mirrors = probes.filter(({ role }) => role === 'mirror')
        const unhealthy = mirrors.filter(({ status }) => status !== 'healthy')
        assert.deepEqual(unhealthy, [], stderr)
        assert.equal(mirrors.length, 100)
        for (const { requests } of registries) assert.ok(requests.length > 0)
      })
    } finally {
      await Promise.all(registries.map(registry => registry.close()))
    }
  })

  it('no descriptor: a probe by name or address is unknown', () => {
    const script = `${EXHAUST}
      import { openSharedContext, probeOne } from './lib/probe/probe.ts'
      import { endpointAt } from './test/support/sockets.ts'
      const options = { timeoutMs: 5000, samples: 1 }
      const shared = openSharedContext(options)
      const probe = url => probeOne(endpointAt(url), options, shared)
      // Reads the files of /etc, which are cached for a while.
      await probe('http://missing.invalid')
      exhaust()
      const probes = [await probe('http://missing.invalid'), await probe('http://127.0.0.1:9')]
      console.log(JSON.stringify(probes.map(({ status, reason, detail }) => [status, reason, detail])))
      process.exit(0)`
    for (const [status, , detail] of JSON.parse(runScript(script, FEW_FILES))) {
      assert.equal(status, 'unknown', detail)
      assert.match(
        detail,
        /^this process has reached its limit of open files; raise the limit .*ulimit -n 1024/,
      )
    }
  })

  it('no descriptor: a program that cannot be started is an error', () => {
    const script = `${EXHAUST}
      import { runProgram } from './lib/system/run.ts'
      await runProgram('true', [])
      exhaust()
      console.log(await runProgram('true', []).catch(error => error.constructor.name + ': ' + error.message))
      process.exit(0)`
    assert.match(
      runScript(script, FEW_FILES),
      /^Failure: cannot run true: this process has reached its limit of open files; raise /,
    )
  })

  it('no process: a program that cannot be started is an error', function () {
    if (process.getuid?.() !== 0) skip(this, 'another user needs root')
    const script = `
      import { execFileSync } from 'node:child_process'
      import { runProgram } from './lib/system/run.ts'
      await runProgram('true', [])
      const limits = '--nproc=1:1'
      execFileSync('prlimit', ['--pid', String(process.pid), limits])
      console.log(await runProgram('true', []).catch(error => error.constructor.name + ': ' + error.message))
      process.exit(0)`
    assert.match(
      runScript(script, OTHER_USER),
      /^Failure: cannot run true: this process has reached its limit of processes and threads; raise /,
    )
  })

  it('ulimit -u 9: reported in one line; 24 are enough', async function () {
    if (process.getuid?.() !== 0) skip(this, 'another user needs root')
    const run = (most: number) =>
      spawnSync('prlimit', [`--nproc=${most}:${most}`, '--', ...OTHER_USER, ...AS_BUILT, 'init'], {
        encoding: 'utf8',
      })
    const { status: code, signal, stdout, stderr } = run(9)
    assertOneLine(
      { code, signal, stdout, stderr },
      /^error: no more threads can be started: user \d+ may have 9 processes and threads \(ulimit -u\) and has \d+; raise the limit: ulimit -u 512/,
    )
    const enough = run(24)
    assert.equal(enough.status, 0, `${enough.signal} ${enough.stderr}`)
  })

  for (const most of [40, 20]) {
    it(`pids.max ${most} is enough`, async function () {
      await withPidsCgroup(this, most, async join => {
        await withList(['http://127.0.0.1:9'], async list => {
          const { code, signal, stderr } = await limited(join, ['validate', '-f', list])
          assert.equal(code, 0, `${signal} ${stderr}`)
          assert.equal((await limited(join, ['probe', '-f', list, '--format', 'json'])).code, 1)
        })
      })
    })
  }

  it('pids.max 10: one line that names the file', async function () {
    await withPidsCgroup(this, 10, async (join, cgroup) => {
      assertOneLine(
        await limited(join, ['validate', '-f', 'none']),
        new RegExp(
          `^error: no more threads can be started: ${cgroup}/pids.max allows 10 processes and threads, and \\d+ exist; raise it: echo 512 >${cgroup}/pids.max`,
        ),
      )
    })
  })

  it('no inotify: a watcher reports it, and reads files every minute', async function () {
    needMounts(this)
    const none = 'echo 0 >/proc/sys/user/max_inotify_instances; exec "$@"'
    const wrapper = ['unshare', '--user', '--map-root-user', 'sh', '-ec', none, 'sh']
    await withPlace(async ({ args, list, hosts }) => {
      await fs.writeFile(list, listText(['http://127.0.0.1:9', 'http://127.0.0.1:10']))
      await watching(
        [...args, '--log-format', 'text'],
        async watcher => {
          const line = await watcher.until(/cannot watch files for changes/)
          assert.match(
            line,
            /\(EMFILE\): they are read every minute instead; raise the limit: sysctl -w fs\.inotify\.max_user_instances=/,
          )
          await eventually(
            async () => ((await hosts()) === undefined ? undefined : true),
            () => watcher.log(),
          )
          await fs.writeFile(list, listText(['http://127.0.0.1:11', 'http://127.0.0.1:12']))
          await eventually(
            async () => (/127\.0\.0\.1:12/.test((await hosts()) ?? '') ? true : undefined),
            () => watcher.log(),
          )
          assert.equal(watcher.log().match(/cannot watch files for changes/g)?.length, 1)
        },
        {},
        '',
        wrapper,
      )
    })
  })

  it('a full disk for the output is the only error', async () => {
    assertOneLine(
      await limited('exec >/dev/full', ['init']),
      /^error: cannot write the output \(everything else was done\): no space left on the device; free disk space, then run the command again$/m,
    )
  })
})

/** A user without processes. */
const OTHER_USER = ['setpriv', '--reuid', '54321', '--regid', '54321', '--clear-groups', '--']

/** A cgroup with this many processes and threads; `join` is shell code that enters it. */
async function withPidsCgroup(
  context: Mocha.Context,
  most: number,
  use: (join: string, cgroup: string) => Promise<void>,
): Promise<void> {
  // Version 2 if it counts processes, else version 1.
  const top = [cgroups(), '/sys/fs/cgroup/pids'].find(
    place => place !== undefined && (existsSync(`${place}/cgroup.sane_behavior`) || hasPids(place)),
  )
  if (process.getuid?.() !== 0 || top === undefined)
    skip(context, 'no cgroup that counts processes can be created')
  const cgroup = path.join(String(top), `regmirror-test-${process.pid}-${most}`)
  await fs.mkdir(cgroup)
  try {
    await fs.writeFile(path.join(cgroup, 'pids.max'), String(most))
    await use(`echo 0 >${cgroup}/cgroup.procs`, cgroup)
  } finally {
    await fs.rmdir(cgroup)
  }
}

function hasPids(place: string): boolean {
  const { stdout } = spawnSync('cat', [`${place}/cgroup.subtree_control`], { encoding: 'utf8' })
  return /\bpids\b/.test(stdout)
}
