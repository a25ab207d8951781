/** Starts, waits for and stops the processes of a test, by their own id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { FROM_SOURCE } from './program.ts'
import type { Ran } from './run.ts'

const HOLDER = path.join(import.meta.dirname, 'lock-holder.ts')

/** Runs the command in its own process. `wrapper` is a command to start it with. */
export async function spawnCli(
  args: readonly string[],
  env = process.env,
  wrapper: readonly string[] = [],
): Promise<Ran> {
  const [program = '', ...rest] = [...wrapper, ...FROM_SOURCE, ...args]
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)]
  const [code] = await once(child, 'close')
  return { code, stdout: stdout(), stderr: stderr() }
}

/** A process that holds the lock of the node below `root`. `wrapper` is a command to start it with. */
export async function startHolder(root: string, wrapper: readonly string[] = []): Promise<ChildProcess> {
  const [program = '', ...args] = [...wrapper, process.execPath, HOLDER, root]
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [text] = await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, 'data'),
    once(child, 'exit').then(() => ['the process ended']),
  ])
  if (String(text) !== 'held\n') throw new Error(`the lock was not taken: ${text}`)
  return child
}

/** Sends the signal and waits until the process has ended. */
export async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

function textOf(stream: NodeJS.ReadableStream): () => string {
  const chunks: string[] = []
  stream.setEncoding('utf8').on('data', chunk => chunks.push(String(chunk)))
  return () => chunks.join('')
}
