/** Hands the real world to the command surface. The one module besides `bin` that knows the process. */
import { hostname } from 'node:os'
import { isatty } from 'node:tty'
import { main } from './cli.ts'
import { readBootId } from './system/boot.ts'

/** Exit codes of a process that a signal ended, as a shell gives them. */
const ENDED_BY = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Signals within that time are one. */
const AT_ONCE_MS = 300

/** Runs the command that the process was started with; returns its exit code. */
export async function start(): Promise<number> {
  // A process that is killed between mkdir and chmod leaves no directory that others cannot enter.
  process.umask(0o022)
  const stop = new AbortController()
  let ended: number | undefined
  let told: keyof typeof ENDED_BY | undefined
  let toldAt = Number.NEGATIVE_INFINITY
  let hangup: (() => void) | undefined
  const attended = terminals().length > 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Where the terminal itself is gone, that is its end and no wish to look again.
      const orphaned = attended && terminals().length === 0
      if (signal === 'SIGHUP' && hangup !== undefined && !orphaned) return hangup()
      // Whoever says it twice means it; at once is not twice: timeout(1) tells the process, and then its group.
      if (performance.now() - toldAt < AT_ONCE_MS) return
      if (stop.signal.aborted) process.exit(ENDED_BY[signal])
      told = signal
      toldAt = performance.now()
      stop.abort()
    })
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    ended = brokenStream(error)
    if (ended !== undefined) process.stderr.write(`error: ${unwritten(error)}\n`)
  })
  // There is nobody to tell that nobody can be told.
  process.stderr.on('error', error => {
    ended = brokenStream(error)
  })
  const code = await main(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: readStdin,
    env: process.env,
    uid: process.geteuid?.() ?? -1,
    pid: process.pid,
    machine: hostname(),
    now: Date.now,
    monotonic: () => process.hrtime.bigint() / 1000n,
    bootId: readBootId,
    signal: stop.signal,
    onHangup: listener => {
      hangup = listener
    },
  })
  // A pipe takes what its reader has room for, and errors of the streams come a moment after the writing.
  await Promise.all([process.stdout, process.stderr].map(written))
  return ended ?? (told && !isWish(told, hangup !== undefined) ? ENDED_BY[told] : code)
}

/** The terminals among its streams; one that was closed is none any more (tcgetattr(3) fails with EIO). */
function terminals(): readonly number[] {
  return [0, 1, 2].filter(stream => isatty(stream))
}

/** What runs until it is told to stop may be told before it got so far as to say so; but a hangup was to start it anew. */
function isWish(signal: keyof typeof ENDED_BY, watches: boolean): boolean {
  return watches && signal !== 'SIGHUP'
}

/** Waits until everything is written, or cannot be. */
function written(stream: NodeJS.WriteStream): Promise<unknown> {
  return new Promise(done => stream.write('', done))
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Why the output is not complete. */
function unwritten({ code }: NodeJS.ErrnoException): string {
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  return `cannot write the output: ${full ? 'no space is left; free some and run it again' : code}`
}

/** `regmirror plan | head` is no error; an answer that cannot be written is. */
function brokenStream(error: NodeJS.ErrnoException): number | undefined {
  return error.code === 'EPIPE' ? undefined : 2
}
