/** Hands the real world to the command surface. The one module besides `bin` that knows the process. */
import { main } from './cli.ts'

/** Runs the command that the process was started with; returns its exit code. */
export async function start(): Promise<number> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  return await main(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: readStdin,
    env: process.env,
    uid: process.geteuid?.() ?? -1,
    now: Date.now,
    signal: stop.signal,
  })
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** `regmirror plan | head` is no error. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
