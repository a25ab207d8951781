/** Hands the real world to the command surface. The one module besides `bin` that knows the process. */
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { main } from './cli.ts'
import type { Sink, World } from './model/world.ts'
import { readBootId } from './system/boot-clock.ts'
import { type LogQueue, openLogQueue } from './system/log-queue.ts'
import { openOutlet, streamOutlet } from './system/outlet.ts'
import { openSignals } from './system/signals.ts'

/** How long the end waits for the readers of what was written: those of a log, or of a command that was stopped. */
const GRACE_MS = 300

/** Runs the command that the process was started with; returns its exit code. */
export async function start(): Promise<number> {
  // A process that is killed between mkdir and chmod leaves no directory that others cannot enter.
  process.umask(0o022)
  let ended: number | undefined
  let lost: NodeJS.ErrnoException | undefined
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    ended = brokenStream(error)
    if (ended !== undefined) lost = error
  })
  // There is nobody to tell that nobody can be told.
  process.stderr.on('error', error => {
    ended = brokenStream(error)
  })
  const { stderr, openLog, queue } = openStderr()
  const signals = openSignals(process, maskOfIgnored())
  const code = await main(process.argv.slice(2), {
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
  await allWritten(queue(), signals.signal)
  if (lost !== undefined) stderr.write(`error: ${unwritten(lost, code !== 2)}\n`)
  return ended ?? signals.exitCode() ?? code
}

/** What the launcher has seen of the signals that were ignored when it started: Node forgets it (bin/regmirror.js). */
function maskOfIgnored(): string | undefined {
  const { REGMIRROR_SIGIGN: mask } = process.env
  delete process.env.REGMIRROR_SIGIGN
  return mask
}

interface Stderr {
  readonly stderr: Sink
  readonly openLog: World['openLog']
  /** Undefined: no log was opened. */
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
 * A pipe takes what its reader has room for, and errors of the streams come a moment after the writing. A command waits
 * for that, as diff does, until it is told to stop; a log is given a moment.
 */
async function allWritten(queue: LogQueue | undefined, stop: AbortSignal): Promise<void> {
  const streams = [process.stdout, ...(queue === undefined ? [process.stderr] : [])]
  const all = Promise.all([...streams.map(written), queue?.flush(GRACE_MS)])
  await Promise.race([all, queue === undefined ? stopped(stop) : sleep(GRACE_MS)])
}

/** Waits until everything is written, or cannot be. */
function written(stream: NodeJS.WriteStream): Promise<unknown> {
  return new Promise(done => stream.write('', done))
}

async function stopped(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) return await new Promise(done => signal.addEventListener('abort', () => done()))
  await sleep(GRACE_MS)
}

/** To leave the loop closes the stream, so whoever writes to it stops too. */
async function readStdin(most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= most) break
  }
  return Buffer.concat(chunks).subarray(0, most)
}

/** Why the output is not complete, and whether the output is all that is missing. */
function unwritten({ code }: NodeJS.ErrnoException, isDone: boolean): string {
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  const why = full ? 'no space is left; free some and run it again' : code
  return `cannot write the output${isDone ? ' (everything else was done)' : ''}: ${why}`
}

/** `regmirror plan | head` is no error; an answer that cannot be written is. */
function brokenStream(error: NodeJS.ErrnoException): number | undefined {
  return error.code === 'EPIPE' ? undefined : 2
}
