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
import { openStandardStream, type StandardStream } from './system/standard-stream.ts'
import { type IsTerminal, openTerminalCheck } from './system/terminal.ts'

/** How long a command that was stopped, or a watcher, waits for its output to be read. */
const GRACE_MS = 300

/** Runs the command of this process; returns its exit code. `hasLicenses`: the launcher reads `--licenses` itself. */
export async function start(hasLicenses = false): Promise<number> {
  const args = process.argv.slice(2)
  const isTerminal = openTerminalCheck(fd => process.getBuiltinModule('node:tty').isatty(fd))
  const { stdout, stderr, openLog, flush, lost } = openStreams(isTerminal)
  const shortage = prepareThreads(args, process.env, process.getuid?.() ?? 0)
  if (shortage !== undefined) {
    stderr.write(`error: ${shortage}\n`)
    return 2
  }
  // A process that is killed between mkdir and chmod must not leave a directory that other users cannot enter.
  process.umask(0o022)
  const signals = openSignals(process, takeSignalMask(), isTerminal)
  const code = await main(args, {
    stdout,
    stderr,
    openLog,
    stdin: readStdin,
    env: process.env,
    uid: process.geteuid?.() ?? -1,
    pid: process.pid,
    machine: hostname(),
    hasLicenses,
    now: Date.now,
    monotonic: () => process.hrtime.bigint() / 1000n,
    bootId: readBootId,
    signal: signals.signal,
    onHangup: signals.onHangup,
    sendSignal: (pid, signal) => void process.kill(pid, signal),
  })
  await flush(signals.signal)
  const { result, any } = lost()
  if (result !== undefined) stderr.write(`error: ${outputProblem(result, code !== 2)}\n`)
  return signals.exitCode() ?? (any === undefined ? code : 2)
}

/** The signals that were ignored when the process started, as the launcher read them: Node resets them (bin/regmirror.js). */
function takeSignalMask(): string | undefined {
  const { REGMIRROR_SIGIGN: mask } = process.env
  delete process.env.REGMIRROR_SIGIGN
  return mask
}

/** stdout and stderr, and the log that stderr may become. */
interface Streams extends Pick<World, 'stdout' | 'stderr' | 'openLog'> {
  /** Waits for what is not written yet. */
  flush(stop: AbortSignal): Promise<void>
  /** Why a part of the result, or of anything, could not be written. */
  lost(): { readonly result: Lost; readonly any: Lost }
}

type Lost = NodeJS.ErrnoException | undefined

function openStreams(isTerminal: IsTerminal): Streams {
  const [result, story] = [openErrors(), openErrors()]
  const stdout = openStandardStream({ fd: 1, isTerminal, open: () => process.stdout, onError: result.add })
  const own = openStandardStream({ fd: 2, isTerminal, open: () => process.stderr, onError: story.add })
  let queue: LogQueue | undefined
  const stderr: Sink = {
    write: text => (queue ?? own).write(text),
    isTTY: own.isTTY,
    get columns() {
      return own.columns
    },
    get rows() {
      return own.rows
    },
  }
  const openLog: World['openLog'] = droppedLine => {
    queue ??= openLogQueue(openOutlet(2) ?? streamOutlet(process.stderr), droppedLine)
    return stderr
  }
  return {
    stdout,
    stderr,
    openLog,
    flush: stop => flushOutput(stdout, own, queue, stop),
    lost: () => ({ result: result.first(), any: result.first() ?? story.first() }),
  }
}

/** `regmirror plan | head` is no error; a report that cannot be written is. */
function openErrors() {
  let first: Lost
  return {
    add: (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') first ??= error
    },
    first: () => first,
  }
}

/**
 * A pipe holds only so much until it is read, and a stream reports its errors after the write. A command waits for both,
 * as diff does, until it is stopped; a watcher waits for its log for a short time.
 */
async function flushOutput(
  stdout: StandardStream,
  stderr: StandardStream,
  queue: LogQueue | undefined,
  stop: AbortSignal,
): Promise<void> {
  const flushed = Promise.all([stdout.flush(), queue === undefined ? stderr.flush() : queue.flush(GRACE_MS)])
  await Promise.race([flushed, queue === undefined ? stopped(stop) : sleep(GRACE_MS)])
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
