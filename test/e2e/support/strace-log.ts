/** Parses the log of strace into steps that change a node. Pure. */

/** The main thread, or the only thread of libuv's pool. */
export type Thread = 'main' | 'pool'

/** A system call that changes something below the node's root, or its lock. */
export interface Step {
  readonly thread: Thread
  readonly name: string
  /** The number of the call, from 1: strace counts each name in each thread on its own. */
  readonly nth: number
  /** How many files its thread opened before, also for reading. */
  readonly opened: number
  /** The call with its paths as seen from the root, without random names: the same in every run. */
  readonly text: string
}

const CHANGES = [
  'write pwrite64 writev fsync fdatasync ftruncate truncate copy_file_range sendfile',
  'rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat mkdir mkdirat rmdir',
  'chmod fchmod fchmodat chown lchown fchown fchownat utimensat setxattr fsetxattr removexattr fremovexattr',
].flatMap(names => names.split(' '))

/** Calls of the lock; their paths may have another form. */
const OF_THE_LOCK = ['bind', 'listen']
const OPENS = ['open', 'openat']

/** The calls to trace; `?` makes strace ignore a name that this processor does not know. */
export const WATCHED = [...CHANGES, ...OF_THE_LOCK, ...OPENS].map(name => `?${name}`).join()

/** The steps in a log, in order; `threadOf` maps thread ids. */
export function parseSteps(log: string, root: string, threadOf: (id: number) => Thread): readonly Step[] {
  const counts = new Map<string, number>()
  const steps: Step[] = []
  for (const [, id, name = '', rest = ''] of log.matchAll(/^(\d+) +(\w+)\((.*)$/gm)) {
    if (isWakeUp(name, rest) || isOutput(name, rest)) continue
    const thread = threadOf(Number(id))
    const count = (of: string) => counts.get(`${thread} ${of}`) ?? 0
    const [nth, opened] = [count(name) + 1, count('openat')]
    counts.set(`${thread} ${name}`, nth)
    // An opened path appears twice: as the argument and as the result.
    const paths = [...new Set(pathsIn(rest, root))]
    if (changes(name, rest, paths))
      steps.push({ thread, name, nth, opened, text: [name, ...paths].join(' ') })
  }
  return steps
}

/** A thread that wakes another, which happens at random: counted neither here nor by strace. */
function isWakeUp(name: string, rest: string): boolean {
  return name === 'write' && /^\d+<anon_inode:\[eventfd\]>/.test(rest)
}

/** Not counted by strace either. */
function isOutput(name: string, rest: string): boolean {
  return name === 'write' && /^[12]</.test(rest)
}

function changes(name: string, rest: string, paths: readonly string[]): boolean {
  if (OF_THE_LOCK.includes(name)) return true
  if (OPENS.includes(name) && !/\bO_CREAT\b/.test(rest)) return false
  return paths.length > 0
}

/** The paths below the root, as arguments or of descriptors. */
function pathsIn(rest: string, root: string): readonly string[] {
  return [...rest.matchAll(/"([^"]*)"|<([^>]*)>/g)]
    .map(([, argument, descriptor]) => argument ?? descriptor ?? '')
    .filter(path => path === root || path.startsWith(`${root}/`))
    .map(path => withoutRandomNames(path.slice(root.length)))
}

/** Without the random part of names. */
export function withoutRandomNames(text: string): string {
  return text.replace(/\b[0-9a-f]{12}\b/g, '*')
}
