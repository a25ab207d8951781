/** The processes of this machine, from /proc (proc(5)). */
import { hasErrno } from '../model/errors.ts'
import { parseStartTicks } from './boot-clock.ts'
import { mapConcurrently } from './concurrency.ts'
import { readBounded, readEntries, readLink, statFacts } from './disk.ts'
import type { FileFacts } from './file-facts.ts'

/** What tells one process from another. Reading it touches nothing that the process itself controls. */
export interface ProcessIdentity {
  readonly pid: number
  /** The last part of the path that was started, at most 15 bytes. A process may choose it freely. */
  readonly name: string
  /** Real, effective, saved and file system user. */
  readonly uids: readonly number[]
  /** Whether it has a number in another PID namespace too: it runs in a container. */
  readonly inContainer: boolean
  readonly startTicks: number
}

/**
 * What only root and the user of the process may read. Its arguments are memory of the process: whoever owns it can make
 * a reader wait for ever (userfaultfd(2), FUSE). So they are read of processes of a trusted user only.
 */
export interface ProcessDescription {
  readonly args: readonly string[]
  readonly directory: string
  /** The path as the process sees it, without " (deleted)". */
  readonly executable: string
  readonly executableFacts: FileFacts
  /** Identity of its root directory. */
  readonly root: string
  /** Its mount namespace, as in `mnt:[4026531832]`. */
  readonly mounts: string
}

/** The processes of that name, by their number. */
export async function findProcesses(name: string): Promise<readonly ProcessIdentity[]> {
  const ids = ((await readEntries('/proc')) ?? []).map(entry => entry.name).filter(id => /^\d+$/.test(id))
  const pids = ids.map(Number).sort((a, b) => a - b)
  const named = await mapConcurrently(pids, async pid => {
    const found = await tryRead(async () => ({ status: await readText(`/proc/${pid}/status`) }))
    return typeof found === 'object' && parseName(found.status) === name
      ? await identifyProcess(pid)
      : undefined
  })
  return named.filter(identity => identity?.name === name) as ProcessIdentity[]
}

/** Undefined when there is no such process any more, or it has ended and waits to be reaped. */
export async function identifyProcess(pid: number | 'self'): Promise<ProcessIdentity | undefined> {
  const read = async () => {
    const [status, stat] = [await readText(`/proc/${pid}/status`), await readText(`/proc/${pid}/stat`)]
    return { status, stat }
  }
  const found = await tryRead(read)
  if (typeof found === 'string' || /^State:\s+[ZX]/m.test(found.status)) return undefined
  const { status, stat } = found
  return {
    pid: Number(/^Pid:\s+(\d+)/m.exec(status)?.[1]),
    name: parseName(status),
    uids: (/^Uid:\s+(.*)$/m.exec(status)?.[1] ?? '').split('\t').map(Number),
    // A kernel that does not tell (before 4.1, gVisor) leaves it open: such a process is not trusted.
    inContainer: !/^NSpid:\t\d+$/m.test(status),
    startTicks: parseStartTicks(stat),
  }
}

/** `hidden`: this user may not see it. */
export async function describeProcess(pid: number): Promise<ProcessDescription | 'gone' | 'hidden'> {
  return await tryRead(async () => {
    const executable = await readLinkText(`/proc/${pid}/exe`)
    return {
      executable: executable.replace(/ \(deleted\)$/, ''),
      executableFacts: await statFacts(`/proc/${pid}/exe`),
      root: (await statFacts(`/proc/${pid}/root`)).identity,
      mounts: await readLinkText(`/proc/${pid}/ns/mnt`),
      directory: await readLinkText(`/proc/${pid}/cwd`),
      args: (await readText(`/proc/${pid}/cmdline`)).split('\0').slice(0, -1),
    }
  })
}

/** The variables that a process was started with. */
export async function readVariables(pid: number): Promise<Readonly<Record<string, string>> | undefined> {
  const found = await tryRead(async () => ({ text: await readText(`/proc/${pid}/environ`) }))
  if (typeof found === 'string') return undefined
  const pairs = found.text.split('\0').map(pair => /^([^=]+)=(.*)$/s.exec(pair)?.slice(1) ?? [])
  return Object.fromEntries(pairs.filter(pair => pair.length === 2))
}

function parseName(status: string): string {
  return /^Name:\t(.*)$/m.exec(status)?.[1] ?? ''
}

/** A process may end at any moment (ENOENT, ESRCH), and only some may look at it. */
export async function tryRead<T extends object>(act: () => Promise<T>): Promise<T | 'gone' | 'hidden'> {
  try {
    return await act()
  } catch (error) {
    if (!hasErrno(error)) throw error
    return error.code === 'EACCES' || error.code === 'EPERM' ? 'hidden' : 'gone'
  }
}

/** More than the arguments and variables of any process (execve(2)). */
const LIMIT = 16 * 1024 * 1024

async function readText(file: string): Promise<string> {
  return orEnded(await readBounded(file, file, LIMIT)).toString('utf8')
}

async function readLinkText(file: string): Promise<string> {
  return orEnded(await readLink(file))
}

function orEnded<T>(found: T | undefined): T {
  if (found === undefined) throw Object.assign(new Error('the process has ended'), { code: 'ENOENT' })
  return found
}
