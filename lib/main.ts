/** Runs the command line in the real world. Besides `bin`, the only module that uses the process. */
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { main } from './cli.ts'
import type { Sink, World } from './model/world.ts'
import { readBootId } from './system/boot-clock.ts'
import { type LogQueue, openLogQueue } from './system/log-queue.ts'
import { openOutlet, streamOutlet } from './system/nonblocking-output.ts'
import { prepareThreads } from './system/process-limits.ts'
import { openSignals } from './system/signals.ts'

/** How long a command that was stopped, or a watcher, waits for its output to be read. */
const GRACE_MS = 300

/** Runs the command of this process; returns its exit code. */
export async function start(): Promise<number> {
  const args = process.argv.slice(2)
  const shortage = prepareThreads(args, process.env, process.getuid?.() ?? 0)
  if (shortage !== undefined) {
    process.stderr.write(`error: ${shortage}\n`)
    return 2
  }
  // A process that is killed between mkdir and chmod must not leave a directory that other users cannot enter.
  process.umask(0o022)
  let brokenCode: number | undefined
  let lost: NodeJS.ErrnoException | undefined
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    brokenCode = exitCodeOf(error)
    if (brokenCode !== undefined) lost = error
  })
  // There is no stream left to report this on.
  process.stderr.on('error', error => {
    brokenCode = exitCodeOf(error)
  })
  const { stderr, openLog, queue } = openStderr()
  const signals = openSignals(process, takeSignalMask())
  const code = await main(args, {
    stdout: process.stdout,
    stderr,
    openLog,
    stdin: readStdin,
    env: process.env,
    uid: process.geteuid?.() ?? -1,
    pid: process.pid,
    machine: hostname(),
    now: Date.now,
    monotonic: () => process.hrtime.bigint() / 1000n,
    bootId: readBootId,
    signal: signals.signal,
    onHangup: signals.onHangup,
  })
  await flushOutput(queue(), signals.signal)
  if (lost !== undefined) stderr.write(`error: ${outputProblem(lost, code !== 2)}\n`)
  return brokenCode ?? signals.exitCode() ?? code
}

/** The signals that were ignored when the process started, as the launcher read them: Node resets them (bin/regmirror.js). */
function takeSignalMask(): string | undefined {
  const { REGMIRROR_SIGIGN: mask } = process.env
  delete process.env.REGMIRROR_SIGIGN
  return mask
}

interface Stderr {
  readonly stderr: Sink
  readonly openLog: World['openLog']
  /** The log, if one was opened. */
  queue(): LogQueue | undefined
}

function openStderr(): Stderr {
  let queue: LogQueue | undefined
  const stderr: Sink = {
    write: text => (queue ?? process.stderr).write(text),
    isTTY: process.stderr.isTTY,
    get columns() {
      return process.stderr.columns
    },
    get rows() {
      return process.stderr.rows
    },
  }
  const openLog: World['openLog'] = droppedLine => {
    queue ??= openLogQueue(openOutlet(2) ?? streamOutlet(process.stderr), droppedLine)
    return stderr
  }
  return { stderr, openLog, queue: () => queue }
}

/**
 * A pipe holds only so much until it is read, and a stream reports its errors after the write. A command waits for both,
 * as diff does, until it is stopped; a watcher waits for its log for a short time.
 */
async function flushOutput(queue: LogQueue | undefined, stop: AbortSignal): Promise<void> {
  const streams = [process.stdout, ...(queue === undefined ? [process.stderr] : [])]
  const flushed = Promise.all([...streams.map(flushStream), queue?.flush(GRACE_MS)])
  await Promise.race([flushed, queue === undefined ? stopped(stop) : sleep(GRACE_MS)])
}

/** Waits until everything is written, or has failed. */
function flushStream(stream: NodeJS.WriteStream): Promise<unknown> {
  return new Promise(done => stream.write('', done))
}

async function stopped(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) return await new Promise(done => signal.addEventListener('abort', () => done()))
  await sleep(GRACE_MS)
}

/** Leaving the loop closes the stream, so the program that writes to it stops too. */
async function readStdin(limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= limit) break
  }
  return Buffer.concat(chunks).subarray(0, limit)
}

/** Why the output is incomplete; `isDone`: everything else was done. */
function outputProblem({ code }: NodeJS.ErrnoException, isDone: boolean): string {
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  const why = isFull ? 'no space left on the device; free disk space, then run the command again' : code
  return `cannot write the output${isDone ? ' (everything else was done)' : ''}: ${why}`
}

/** `regmirror plan | head` is no error; a report that cannot be written is. */
function exitCodeOf(error: NodeJS.ErrnoException): number | undefined {
  return error.code === 'EPIPE' ? undefined : 2
}
