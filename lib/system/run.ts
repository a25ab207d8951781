/** Runs programs; the only importer of child_process. */
import path from 'node:path'
import { Failure } from '../model/errors.ts'
import { readStamp } from './read-disk.ts'
import { findShortage, NO_PROCESSES, type Shortage } from './shortage.ts'

export interface ProgramResult {
  /** The exit code; null for a program that was killed. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program without a shell, with a descriptor as its standard input; undefined when there is no such program. */
export type RunProgram = (
  program: string,
  args: readonly string[],
  stdin?: number,
) => Promise<ProgramResult | undefined>

type Environment = Readonly<Record<string, string | undefined>>

const LIMIT_MS = 10_000
const OUTPUT_LIMIT = 4 * 1024 * 1024

/** Where daemons and the programs that they start are; a user of Debian does not have these in PATH. */
const ADMIN_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** Of a program whose environment has no PATH (execvp of glibc). */
const DEFAULT_PATH = '/bin:/usr/bin'

/**
 * Runs programs that may not be installed, with this environment; their PATH has the directories of daemons too. To look
 * for a file costs much less than a process that fails to start.
 */
export function runInstalled(env: Environment, limitMs = LIMIT_MS): RunProgram {
  const directories = searchDirectories(env)
  const run = runWithin(limitMs, { ...env, PATH: directories.join(':') })
  return async (program, args, stdin) => {
    const places = program.includes('/') ? [program] : directories.map(one => path.join(one, program))
    const isAbsent = (await Promise.all(places.map(mayExist))).every(found => !found)
    return isAbsent ? undefined : await run(program, args, stdin)
  }
}

function searchDirectories({ PATH = DEFAULT_PATH }: Environment): readonly string[] {
  const own = PATH.split(':')
  return [...own, ...ADMIN_DIRECTORIES.filter(directory => !own.includes(directory))]
}

/** Any other error is reported by the attempt to run it. */
async function mayExist(file: string): Promise<boolean> {
  return (await readStamp(file).catch(() => '')) !== undefined
}

/** Runs on this machine, for at most ten seconds, and reads at most four MiB of each output. */
export const runProgram: RunProgram = (program, args, stdin) => runWithin(LIMIT_MS)(program, args, stdin)

function runWithin(limitMs: number, env?: Environment): RunProgram {
  return async (program, args, stdin) => {
    const { spawn } = await import('node:child_process')
    return await new Promise((done, failed) => {
      const child = spawn(program, args, {
        ...(env && { env }),
        stdio: [stdin ?? 'ignore', 'pipe', 'pipe'],
        timeout: limitMs,
        killSignal: 'SIGKILL',
      })
      child.on('error', error => {
        const code = (error as NodeJS.ErrnoException).code
        const shortage = code === 'EAGAIN' ? NO_PROCESSES : findShortage(code)
        if (code === 'ENOENT' || code === 'EACCES') done(undefined)
        else failed(shortage === undefined ? error : cannotRun(program, shortage))
      })
      // Without a free descriptor there are no streams either; the error follows.
      const stdout = collect(child.stdout ?? undefined)
      const stderr = collect(child.stderr ?? undefined)
      child.on('close', code => done({ code, stdout: stdout(), stderr: stderr() }))
    })
  }
}

function cannotRun(program: string, { problem, remedy }: Shortage): Failure {
  return new Failure('io', [{ message: `cannot run ${program}: ${problem}`, hint: remedy }])
}

function collect(stream: NodeJS.ReadableStream | undefined): () => string {
  const chunks: Buffer[] = []
  let size = 0
  stream?.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= OUTPUT_LIMIT) chunks.push(chunk)
  })
  return () => Buffer.concat(chunks).toString('utf8')
}
