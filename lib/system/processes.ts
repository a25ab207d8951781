/** The processes of this machine, from /proc (proc(5)). */
import { hasErrno } from '../model/errors.ts'
import { parseStartTicks } from './boot-clock.ts'
import { mapConcurrently } from './concurrency.ts'
import type { FileFacts } from './file-facts.ts'
import { readBounded, readEntries, readKernelText, readLink, statFacts } from './read-disk.ts'

/** Distinguishes processes. Reading it touches nothing that the process controls. */
export interface ProcessIdentity {
  readonly pid: number
  /** The base name of its executable, at most 15 bytes. A process may choose it freely. */
  readonly name: string
  /** Real, effective, saved and file system user. */
  readonly uids: readonly number[]
  /** Whether it has a number in another PID namespace too. */
  readonly inContainer: boolean
  readonly startTicks: number
}

/**
 * What only root and the user of the process may read. Arguments are memory of the process, whose owner can block a reader
 * forever (userfaultfd(2), FUSE). So they are read for processes of a trusted user only.
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

/** The processes of that name, ordered by pid. */
export async function findProcesses(name: string): Promise<readonly ProcessIdentity[]> {
  const ids = ((await readEntries('/proc')) ?? []).map(entry => entry.name).filter(id => /^\d+$/.test(id))
  const pids = ids.map(Number).sort((a, b) => a - b)
  const named = pids.filter(pid => readName(pid) === name)
  const found = await mapConcurrently(named, identifyProcess)
  return found.filter(identity => identity !== undefined).filter(identity => identity.name === name)
}

/** Undefined when the process has ended, or where this user may not see it. */
function readName(pid: number): string | undefined {
  try {
    return readKernelText(`/proc/${pid}/comm`).replace(/\n$/, '')
  } catch (error) {
    if (!hasErrno(error)) throw error
    return undefined
  }
}

/** Undefined when the process has ended, also when it waits to be reaped. */
export async function identifyProcess(pid: number | 'self'): Promise<ProcessIdentity | undefined> {
  const found = await tryRead(async () => ({
    status: await readText(`/proc/${pid}/status`),
    stat: await readText(`/proc/${pid}/stat`),
  }))
  if (typeof found === 'string' || /^State:\s+[ZX]/m.test(found.status)) return undefined
  const { status, stat } = found
  return {
    pid: Number(/^Pid:\s+(\d+)/m.exec(status)?.[1]),
    name: parseName(status),
    uids: (/^Uid:\s+(.*)$/m.exec(status)?.[1] ?? '').split('\t').map(Number),
    // Without the line (before Linux 4.1, gVisor) it may be in a container, and is not trusted.
    inContainer: !/^NSpid:\t\d+$/m.test(status),
    startTicks: parseStartTicks(stat),
  }
}

/** `hidden`: this user may not read it. */
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

/** Who started a process, and the unit of systemd that it runs in. Both are facts of the kernel, not memory of a process. */
export interface ProcessOrigin {
  /** The name of its parent, at most 15 bytes. */
  readonly parent?: string
  /** As in `containerd.service`. */
  readonly unit?: string
}

export async function readOrigin(pid: number): Promise<ProcessOrigin> {
  const found = await tryRead(async () => {
    const parent = /^PPid:\t(\d+)$/m.exec(await readText(`/proc/${pid}/status`))?.[1] ?? '0'
    return { name: parseName(await readText(`/proc/${parent}/status`)) }
  })
  const groups = await tryRead(async () => ({ text: await readText(`/proc/${pid}/cgroup`) }))
  const parent = typeof found === 'string' ? undefined : found.name
  const unit = typeof groups === 'string' ? undefined : parseUnit(groups.text)
  return { ...(parent && { parent }), ...(unit !== undefined && { unit }) }
}

/** The service of a control group (systemd.special(7)), as in `0::/system.slice/k3s.service`; not one of a user. */
function parseUnit(groups: string): string | undefined {
  const path = /^(?:0:|\d+:name=systemd):(.*)$/m.exec(groups)?.[1] ?? ''
  if (path.startsWith('/user.slice/')) return undefined
  return /^(?:\/[^/]+\.slice)*\/([\w@.:-]+\.service)(?:\/|$)/.exec(path)?.[1]
}

/** The environment variables that a process was started with. */
export async function readVariables(pid: number): Promise<Readonly<Record<string, string>> | undefined> {
  const found = await tryRead(async () => ({ text: await readText(`/proc/${pid}/environ`) }))
  if (typeof found === 'string') return undefined
  const pairs = found.text.split('\0').map(pair => /^([^=]+)=(.*)$/s.exec(pair)?.slice(1) ?? [])
  return Object.fromEntries(pairs.filter(pair => pair.length === 2))
}

function parseName(status: string): string {
  return /^Name:\t(.*)$/m.exec(status)?.[1] ?? ''
}

/** A process may end at any moment (ENOENT, ESRCH), and may be hidden from this user. */
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
