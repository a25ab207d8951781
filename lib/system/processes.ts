/** The processes of this machine, from /proc (proc(5)). */
import { hasErrno } from '../model/errors.ts'
import { startTicks } from './boot.ts'
import { forEach } from './concurrency.ts'
import { entriesOf, factsThrough, readBounded, readLink } from './disk.ts'
import type { FileFacts } from './file-facts.ts'

/** What tells one process from another. Reading it touches nothing that the process itself controls. */
export interface Identity {
  readonly pid: number
  /** The last part of the path that was started, at most 15 bytes. A process may choose it freely. */
  readonly name: string
  /** Real, effective, saved and file system user. */
  readonly uids: readonly number[]
  /** Whether it has a number in another PID namespace too: it runs in a container. */
  readonly contained: boolean
  readonly startTicks: number
}

/**
 * What only root and the user of the process may read. Its arguments are memory of the process: whoever owns it can make
 * a reader wait for ever (userfaultfd(2), FUSE). So they are read of processes of a trusted user only.
 */
export interface Description {
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
export async function processesNamed(name: string): Promise<readonly Identity[]> {
  const ids = ((await entriesOf('/proc')) ?? []).map(entry => entry.name).filter(id => /^\d+$/.test(id))
  const pids = ids.map(Number).sort((a, b) => a - b)
  const named = await forEach(pids, async pid => {
    const found = await tried(async () => ({ status: await textOf(`/proc/${pid}/status`) }))
    return typeof found === 'object' && nameIn(found.status) === name ? await identify(pid) : undefined
  })
  return named.filter(identity => identity?.name === name) as Identity[]
}

/** Undefined when there is no such process any more, or it has ended and waits to be reaped. */
export async function identify(pid: number | 'self'): Promise<Identity | undefined> {
  const read = async () => {
    const [status, stat] = [await textOf(`/proc/${pid}/status`), await textOf(`/proc/${pid}/stat`)]
    return { status, stat }
  }
  const found = await tried(read)
  if (typeof found === 'string' || /^State:\s+[ZX]/m.test(found.status)) return undefined
  const { status, stat } = found
  return {
    pid: Number(/^Pid:\s+(\d+)/m.exec(status)?.[1]),
    name: nameIn(status),
    uids: (/^Uid:\s+(.*)$/m.exec(status)?.[1] ?? '').split('\t').map(Number),
    // A kernel that does not tell (before 4.1, gVisor) leaves it open: such a process is not trusted.
    contained: !/^NSpid:\t\d+$/m.test(status),
    startTicks: startTicks(stat),
  }
}

/** `hidden`: this user may not see it. */
export async function describeProcess(pid: number): Promise<Description | 'gone' | 'hidden'> {
  return await tried(async () => {
    const executable = await linkOf(`/proc/${pid}/exe`)
    return {
      executable: executable.replace(/ \(deleted\)$/, ''),
      executableFacts: await factsThrough(`/proc/${pid}/exe`),
      root: (await factsThrough(`/proc/${pid}/root`)).identity,
      mounts: await linkOf(`/proc/${pid}/ns/mnt`),
      directory: await linkOf(`/proc/${pid}/cwd`),
      args: (await textOf(`/proc/${pid}/cmdline`)).split('\0').slice(0, -1),
    }
  })
}

/** The variables that a process was started with. */
export async function variablesOf(pid: number): Promise<Readonly<Record<string, string>> | undefined> {
  const found = await tried(async () => ({ text: await textOf(`/proc/${pid}/environ`) }))
  if (typeof found === 'string') return undefined
  const pairs = found.text.split('\0').map(pair => /^([^=]+)=(.*)$/s.exec(pair)?.slice(1) ?? [])
  return Object.fromEntries(pairs.filter(pair => pair.length === 2))
}

function nameIn(status: string): string {
  return /^Name:\t(.*)$/m.exec(status)?.[1] ?? ''
}

/** A process may end at any moment (ENOENT, ESRCH), and only some may look at it. */
export async function tried<T extends object>(act: () => Promise<T>): Promise<T | 'gone' | 'hidden'> {
  try {
    return await act()
  } catch (error) {
    if (!hasErrno(error)) throw error
    return error.code === 'EACCES' || error.code === 'EPERM' ? 'hidden' : 'gone'
  }
}

/** More than the arguments and variables of any process (execve(2)). */
const LIMIT = 16 * 1024 * 1024

async function textOf(file: string): Promise<string> {
  return there(await readBounded(file, file, LIMIT)).toString('utf8')
}

async function linkOf(file: string): Promise<string> {
  return there(await readLink(file))
}

function there<T>(found: T | undefined): T {
  if (found === undefined) throw Object.assign(new Error('the process has ended'), { code: 'ENOENT' })
  return found
}
