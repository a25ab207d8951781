/**
 * Runs the real program under strace, which kills it or makes a call fail at a chosen step.
 *
 * strace counts calls by name and by thread, and the main thread opens dozens of files before its work starts. So strace is
 * attached to one thread only: the main thread, which does all work but fsync, or that of libuv's pool, which with
 * UV_THREADPOOL_SIZE=1 does that in one order.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { ONE_THREAD } from '../../support/program.ts'
import { launcher, needRuntime, skip } from './runtimes.ts'
import { parseSteps, type Step, type Thread, WATCHED } from './strace-log.ts'

const STRACE = 'strace-trixie'
const HOLD = fileURLToPath(import.meta.resolve('./wait-for-tracer.cjs'))

/** What strace does to a call: `signal=SIGKILL`, `error=EIO`; `when` as strace has it. */
export interface Tampering {
  readonly thread: Thread
  readonly name: string
  readonly when: string
  readonly how: string
}

export interface Traced {
  /** Null: the program was killed. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Of the traced threads. */
  readonly steps: readonly Step[]
}

/** For a `before` hook, as needRuntime is. */
export function needStrace(context: Mocha.Context): void {
  needRuntime(context, STRACE, true)
  try {
    execFileSync(launcher(STRACE, 'strace'), ['-o', '/dev/null', 'true'], { stdio: 'ignore' })
  } catch {
    skip(context, 'root may not trace programs here')
  }
}

/**
 * Runs regmirror with these arguments on the node at `root`. Without tampering, strace follows both threads, otherwise only
 * the one to tamper with. The log is beside the node until the run ends.
 */
export async function runTraced(
  args: readonly string[],
  root: string,
  tampering: readonly Tampering[] = [],
): Promise<Traced> {
  // With one thread, V8 never waits for a lock: at its first wait it would open a file (absl::base_internal::NumCPUs).
  const [program, ...own] = ONE_THREAD
  const child = spawn(program, [...own, ...args, '--root', root], {
    env: {
      PATH: process.env.PATH,
      UV_THREADPOOL_SIZE: '1',
      UV_USE_IO_URING: '0',
      NODE_OPTIONS: `--require=${HOLD}`,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = [text(child.stdout as Readable), text(child.stderr as Readable)]
  const ended = once(child, 'exit')
  const early = ended.then(async () =>
    assert.fail(`the program ended before strace was attached: ${await stderr}`),
  )
  try {
    const log = await Promise.race([trace(child, `${root}.strace`, tampering), early])
    const [code] = await ended
    return { code, stdout: await stdout, stderr: await stderr, steps: await log(root) }
  } finally {
    child.kill('SIGKILL')
  }
}

/** Attaches strace, lets the program continue, and returns how to wait for the log. */
async function trace(child: ChildProcess, file: string, tampering: readonly Tampering[]) {
  const gate = child.stdio[3] as Readable & Writable
  const [pool] = String(await once(gate, 'data'))
    .split('\n')
    .map(Number)
  const ids: Record<Thread, number> = { main: child.pid as number, pool: pool as number }
  const threads = tampering.length === 0 ? (['pool', 'main'] as const) : [tampering[0]?.thread ?? 'pool']
  const own = await optionsFor(ids, tampering)
  const attach = ['-p', threads.map(thread => ids[thread]).join(), '-o', file, '-y', '-s', '0']
  const strace = spawn(launcher(STRACE, 'strace'), [...attach, '--always-show-pid', ...own], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(strace, 'exit')
  await waitForAttach(strace, threads.length)
  gate.end('x')
  return async (root: string) => {
    await exited
    const log = await fs.readFile(file, 'utf8')
    await fs.rm(file)
    return parseSteps(log, root, id => (id === ids.main ? 'main' : 'pool'))
  }
}

/**
 * When `write` is counted, the descriptors by which threads wake each other are left out (see `isWakeUp` in strace-log.ts), and
 * the output: a disk that fails does not fail the terminal.
 */
async function optionsFor(ids: Record<Thread, number>, tampering: readonly Tampering[]): Promise<string[]> {
  const injected = tampering.map(({ name, how, when }) => `--inject=${name}:${how}:when=${when}`)
  if (!tampering.some(({ name }) => name === 'write')) return [`--trace=${WATCHED}`, ...injected]
  return ['--trace=write', `--trace-fds=!1,2,${await findWakeDescriptors(ids.main)}`, ...injected]
}

async function findWakeDescriptors(pid: number): Promise<string> {
  const found: string[] = []
  for (const fd of await fs.readdir(`/proc/${pid}/fd`)) {
    if ((await fs.readlink(`/proc/${pid}/fd/${fd}`)) === 'anon_inode:[eventfd]') found.push(fd)
  }
  return found.join()
}

/** Waits until strace reports that it is attached to this many threads. */
async function waitForAttach(strace: ChildProcess, count: number): Promise<void> {
  let output = ''
  const stderr = strace.stderr as Readable
  stderr.setEncoding('utf8')
  await new Promise<void>((resolve, reject) => {
    stderr.on('data', chunk => {
      output += chunk
      if (output.split(' attached\n').length > count) resolve()
    })
    strace.on('error', reject)
    strace.on('exit', () => reject(new Error(`strace ended: ${output}`)))
  })
}
