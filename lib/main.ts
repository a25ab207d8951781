/** Hands the real world to the command surface. The one module besides `bin` that knows the process. */
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { main } from './cli.ts'
import { type LogQueue, openLogQueue } from './log-queue.ts'
import { openSignals, type Signals } from './signals.ts'
import { type LazyStream, lazyStream } from './streams.ts'
import { openOutlet, outletOf } from './system/own-stream.ts'
import type { Sink, World } from './world.ts'

/** How long the end waits for the readers of what was written: those of a log, or of a command that was stopped. */
const GRACE_MS = 300

/** Runs the command that the process was started with; returns its exit code. */
export async function start(): Promise<number> {
  let ended: number | undefined
  const stderr = lazyStream(isatty(2), () =>
    // There is nobody to tell that nobody can be told.
    process.stderr.on('error', error => {
      ended = brokenStream(error)
    }),
  )
  const stdout = lazyStream(isatty(1), () =>
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      ended = brokenStream(error)
      if (ended !== undefined) stderr.sink.write(`error: cannot write the answer: ${error.code}\n`)
    }),
  )
  const log = logOn(stderr)
  const signals = openSignals(process, maskOfIgnored())
  const code = await main(process.argv.slice(2), worldOf(stdout.sink, stderr.sink, log.open, signals))
  await allWritten([stdout, stderr], log, signals)
  return ended ?? signals.exitCode() ?? code
}

function worldOf(
  stdout: Sink,
  stderr: Sink,
  openLog: World['openLog'],
  { signal, onHangup }: Signals,
): World {
  return {
    stdout,
    stderr,
    openLog,
    stdin: readStdin,
    env: process.env,
    uid: process.geteuid?.() ?? -1,
    pid: process.pid,
    machine: hostname(),
    now: Date.now,
    monotonic: () => process.hrtime.bigint() / 1000n,
    signal,
    onHangup,
  }
}

/** What the launcher has seen of the signals that were ignored when it started: Node forgets it (bin/regmirror.js). */
function maskOfIgnored(): string | undefined {
  const { REGMIRROR_SIGIGN: mask } = process.env
  delete process.env.REGMIRROR_SIGIGN
  return mask
}

interface Log {
  readonly open: World['openLog']
  /** Undefined: no log was opened. */
  queue(): LogQueue | undefined
}

function logOn(stderr: LazyStream): Log {
  let queue: LogQueue | undefined
  return {
    open: droppedLine => {
      queue ??= openLogQueue(openOutlet(2) ?? outletOf(stderr.open()), droppedLine)
      stderr.divert(queue.write)
      return stderr.sink
    },
    queue: () => queue,
  }
}

/**
 * A pipe takes what its reader has room for. A command waits for that, as diff does, until it is told to stop; a log
 * is given a moment.
 */
async function allWritten(streams: readonly LazyStream[], log: Log, signals: Signals): Promise<void> {
  const queue = log.queue()
  const written = Promise.all(streams.map(stream => stream.written()))
  await Promise.race([
    Promise.all([queue?.flush(GRACE_MS), written]),
    queue === undefined ? stopped(signals.signal) : sleep(GRACE_MS),
  ])
}

async function stopped(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) return await new Promise(done => signal.addEventListener('abort', () => done()))
  await sleep(GRACE_MS)
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** `regmirror plan | head` is no error; an answer that cannot be written is. */
function brokenStream(error: NodeJS.ErrnoException): number | undefined {
  return error.code === 'EPIPE' ? undefined : 2
}
