/** Signals that were already ignored when the command started: by nohup(1), or by a shell for background jobs. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { kill } from '../support/process.ts'
import { AS_BUILT, EXECUTABLE } from '../support/program.ts'
import { eventually, listText, startMirror, withPlace } from '../support/watching.ts'
import { needBuilt } from './support/built.ts'

/** The launcher is a program too: it starts Node itself. */
const COMMAND = AS_BUILT.at(-1) as string
const NODE = path.dirname(process.execPath)
const ENV = { ...process.env, NOTIFY_SOCKET: '', PATH: `${NODE}:${process.env.PATH}` }

interface Started {
  readonly child: ChildProcess
  /** The process id of the command, not of the shell that starts it. */
  readonly pid: number
  errors(): string
  /** Waits for a line on stderr. */
  until(line: RegExp): Promise<unknown>
}

/** `script` starts `"$@"`, and writes the process id of that to the file $ID. */
async function withStarted(
  script: string,
  args: readonly string[],
  folder: string,
  use: (started: Started) => Promise<void>,
): Promise<void> {
  const id = path.join(folder, 'id')
  const child = spawn('sh', ['-c', script, 'sh', COMMAND, ...args], {
    env: { ...ENV, ID: id },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', text => {
    errors += text
  })
  const closed = once(child, 'close')
  const pid = await eventually(
    async () => Number(await fs.readFile(id, 'utf8').catch(() => '')) || undefined,
    () => 'it does not start',
  )
  try {
    const until = (line: RegExp) =>
      eventually(
        () => line.test(errors) || undefined,
        () => errors,
      )
    await use({ child, pid, errors: () => errors, until })
  } finally {
    await kill(child, 'SIGKILL')
    // A background job outlives its shell.
    await fs.access(`/proc/${pid}`).then(
      () => process.kill(pid, 'SIGKILL'),
      () => {},
    )
    await closed
  }
}

const PLAIN = 'echo $$ > "$ID"; exec "$@"'
const NOHUP = 'echo $$ > "$ID"; exec nohup "$@"'
const BACKGROUND = '"$@" & echo $! > "$ID"; wait $!'

/** The exit code of an apply that gets the signal while it waits for a mirror, which then becomes healthy. */
async function applyWithSignal(script: string, signal: NodeJS.Signals): Promise<number | null> {
  await using mirror = await startMirror()
  await mirror.stop()
  let code: number | null = null
  await withPlace(async ({ root, list, args, hosts }) => {
    const server = `server = ${JSON.stringify(mirror.url)}\n`
    await fs.writeFile(list, listText([mirror.url]) + server)
    const apply = ['apply', ...args, '--require-healthy', '--wait', '10m', '--depth', 'ping']
    await withStarted(script, apply, root, async ({ child, pid, errors, until }) => {
      await until(/waiting/)
      process.kill(pid, signal)
      const ended = once(child, 'exit')
      // The signal takes effect before the mirror responds.
      await new Promise(done => setTimeout(done, 1000))
      await mirror.start()
      ;[code] = await ended
      assert.equal((await hosts()) !== undefined, code === 0, errors())
    })
  })
  return code
}

describe('a signal that is ignored at the start', () => {
  before(needBuilt)

  it('SIGHUP ends an apply, but not under nohup', async () => {
    const codes = await Promise.all([applyWithSignal(NOHUP, 'SIGHUP'), applyWithSignal(PLAIN, 'SIGHUP')])
    assert.deepEqual(codes, [0, 129])
  })

  it('SIGINT ends an apply, but not in the background of a shell', async () => {
    const codes = await Promise.all([applyWithSignal(BACKGROUND, 'SIGINT'), applyWithSignal(PLAIN, 'SIGINT')])
    assert.deepEqual(codes, [0, 130])
  })

  it('SIGTERM ends an apply in any case', async () => {
    const codes = await Promise.all([
      applyWithSignal(NOHUP, 'SIGTERM'),
      applyWithSignal(BACKGROUND, 'SIGTERM'),
    ])
    assert.deepEqual(codes, [143, 143])
  })

  it('SIGHUP makes a watcher read its list again, also under nohup', () =>
    withPlace(async ({ root, list, args }) => {
      await fs.writeFile(list, listText([]))
      const watch = ['watch', ...args, '--log-format', 'text']
      await withStarted(NOHUP, watch, root, async ({ child, pid, until }) => {
        await until(/created .*hosts\.toml/)
        process.kill(pid, 'SIGHUP')
        await until(/SIGHUP: reading the list again/)
        await until(/is unchanged/)
        const ended = once(child, 'exit')
        process.kill(pid, 'SIGTERM')
        assert.equal((await ended)[0], 0)
      })
    }))
})

/** Whether a process has a TCP socket that listens. */
async function listens(pid: number): Promise<boolean> {
  const links = await fs.readdir(`/proc/${pid}/fd`)
  const held = await Promise.all(links.map(fd => fs.readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')))
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map(name => fs.readFile(`/proc/${pid}/net/${name}`, 'utf8')),
  )
  const rows = tables.flatMap(table => table.split('\n').map(line => line.trim().split(/\s+/)))
  return rows.some(row => row[3] === '0A' && held.includes(`socket:[${row[9]}]`))
}

describe('SIGUSR1', () => {
  // With the debugger of Node on loopback, every local user can run code as the user of the process.
  const byNode = ['started by node', 'echo $$ > "$ID"; exec node "$@"'] as const
  for (const [how, script] of [
    ['started by its name', PLAIN] as const,
    ...(EXECUTABLE === undefined ? [byNode] : []),
  ])
    it(`opens no port of a watcher ${how}`, () =>
      withPlace(async ({ root, list, args }) => {
        await fs.writeFile(list, listText([]))
        const watch = ['watch', ...args, '--log-format', 'text']
        await withStarted(script, watch, root, async ({ child, pid, errors, until }) => {
          await until(/created .*hosts\.toml/)
          process.kill(pid, 'SIGUSR1')
          // Node opens it on another thread: it gets a second, and then a turn of the loop.
          await new Promise(done => setTimeout(done, 1000))
          process.kill(pid, 'SIGHUP')
          await until(/is unchanged/)
          assert.doesNotMatch(errors(), /debugger/i)
          assert.equal(await listens(pid), false)
          const ended = once(child, 'exit')
          process.kill(pid, 'SIGTERM')
          assert.equal((await ended)[0], 0)
        })
      }))
})
