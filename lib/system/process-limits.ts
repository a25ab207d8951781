/** The limits of this process: without files or threads Node aborts and gives no reason. */
import fs from 'node:fs'
import path from 'node:path'
import { hasErrno } from '../model/errors.ts'

/** Enough for Node, the program and one connection. */
const MIN_FILES = 32
/** For threads that Node starts later beside its pool, and for programs that regmirror runs. */
const SPARE_THREADS = 4
/** The default of Node. */
const THREADS = 4
/** getaddrinfo(3) blocks a thread for each name that hangs. */
const THREADS_FOR_NAMES = 32
/** Limits above this are not checked. */
const LARGE_LIMIT = 4096

/** Commands that look up names. */
const PROBING = ['apply', 'explain', 'plan', 'probe', 'watch']
/** Sources of names that regmirror reads itself, without the C library (lib/probe/dns/nsswitch.ts). */
const OWN_SOURCES = /^(files|dns|myhostname|mdns\S*|\[.*|.*\])$/

/** How many threads may still be started, and what to say where there are too few. */
interface Room {
  readonly free: number
  readonly problem: string
}

const UNLIMITED: Room = { free: Number.POSITIVE_INFINITY, problem: '' }

/**
 * Sets the number of threads for `args` in `env`; returns the problem where this process may not open enough files or start
 * enough threads. Runs before the first asynchronous call: libuv reads the number once.
 */
export function prepareThreads(
  args: readonly string[],
  env: Record<string, string | undefined>,
  uid: number,
): string | undefined {
  const files = readLimit('Max open files')
  if (files < MIN_FILES)
    return `this process may open ${files} files and needs ${MIN_FILES}; raise the limit: ulimit -n 1024, or LimitNOFILE=1024 in its unit`
  const usual = PROBING.includes(args[0] ?? '') && needsThreads() ? THREADS_FOR_NAMES : THREADS
  const threads = Number.parseInt(env.UV_THREADPOOL_SIZE ?? '', 10) || usual
  const { free, problem } = smaller(findCgroupRoom(), findUserRoom(uid))
  if (free <= SPARE_THREADS) return problem
  env.UV_THREADPOOL_SIZE = String(Math.min(threads, free - SPARE_THREADS))
  return undefined
}

function smaller(a: Room, b: Room): Room {
  return b.free < a.free ? b : a
}

function readLimit(name: string): number {
  const line = readText('/proc/self/limits')
    .split('\n')
    .find(text => text.startsWith(name))
  const value = Number.parseInt((line ?? '').slice(name.length), 10)
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value
}

/** Whether the C library looks up names, with a thread for each. */
function needsThreads(): boolean {
  const hosts = /^hosts:(.*)$/m.exec(readText('/etc/nsswitch.conf').replace(/#.*/g, ''))?.[1] ?? ''
  const sources = hosts.split(/\s+/).filter(source => source !== '')
  return !sources.every(source => OWN_SOURCES.test(source))
}

/** The cgroup with the least room: that of this process, or one above it (cgroups(7)). */
function findCgroupRoom(): Room {
  return readText('/proc/self/cgroup')
    .split('\n')
    .flatMap(cgroupDirectories)
    .map(readRoom)
    .reduce(smaller, UNLIMITED)
}

/** The directories of a line of /proc/self/cgroup that limit threads. */
function cgroupDirectories(line: string): readonly string[] {
  const [, controllers, group] = /^\d+:(|[^:]*\bpids\b[^:]*):(\/.*)$/.exec(line) ?? []
  if (controllers === undefined || group === undefined) return []
  const tops =
    controllers === '' ? ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'] : [`/sys/fs/cgroup/${controllers}`]
  return tops.flatMap(top => withParents(group).map(directory => top + directory))
}

function withParents(directory: string): readonly string[] {
  return directory === '/' ? ['/'] : [directory, ...withParents(path.dirname(directory))]
}

function readRoom(cgroup: string): Room {
  const file = path.join(cgroup, 'pids.max')
  const most = Number.parseInt(readText(file), 10)
  if (Number.isNaN(most)) return UNLIMITED
  const present = Number.parseInt(readText(path.join(cgroup, 'pids.current')), 10) || 0
  return {
    free: most - present,
    problem: `no more threads can be started: ${file} allows ${most} processes and threads, and ${present} exist; raise it: echo 512 >${file}, or TasksMax=512 in the unit`,
  }
}

/** RLIMIT_NPROC counts the threads of a user, and does not apply to root (getrlimit(2)). */
function findUserRoom(uid: number): Room {
  const most = readLimit('Max processes')
  if (uid === 0 || most > LARGE_LIMIT) return UNLIMITED
  const present = fs
    .readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => readText(`/proc/${pid}/status`))
    .filter(text => new RegExp(`^Uid:\\s+${uid}\\s`, 'm').test(text))
    .reduce((sum, text) => sum + Number(/^Threads:\s+(\d+)/m.exec(text)?.[1] ?? 0), 0)
  return {
    free: most - present,
    problem: `no more threads can be started: user ${uid} may have ${most} processes and threads (ulimit -u) and has ${present}; raise the limit: ulimit -u 512, or LimitNPROC=512 in its unit`,
  }
}

/** Empty where it cannot be read. That no more files can be opened is reported elsewhere. */
function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (hasErrno(error) && (error.code === 'EMFILE' || error.code === 'ENFILE')) throw error
    return ''
  }
}
