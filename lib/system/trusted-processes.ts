/**
 * Which processes may speak for a daemon of this machine. Any user can start a program under any name, with any variables;
 * so a process is trusted only if it is root's in all its uids, runs in the namespaces of this machine, and runs an
 * executable that only root can change. Where regmirror does not run as root, its own user is trusted as root is.
 */
import { readTimeNamespaceShift } from './boot-clock.ts'
import { readLink, statFacts } from './disk.ts'
import { whyUntrustedExecutable, whyUntrustedPath, whyUntrustedUser } from './process-trust.ts'
import {
  describeProcess,
  findProcesses,
  identifyProcess,
  type ProcessDescription,
  type ProcessIdentity,
  readVariables,
  tryRead,
} from './processes.ts'

export interface TrustedProcess {
  readonly identity: ProcessIdentity
  /** Clock ticks after the start of the machine, whatever time namespace we are in. */
  readonly startedAt: number
  readonly args: readonly string[]
  /** Its working directory. */
  readonly directory: string
  /** A path to its root directory: `/` where that is ours. */
  readonly rootDirectory: string
}

export interface UntrustedProcess {
  readonly pid: number
  /** Why it is not trusted: completes "process 812 …". */
  readonly why: string
  /** How it was started; undefined where that may not be read. */
  readonly command: Pick<ProcessDescription, 'args' | 'directory'> | undefined
}

export interface NamedProcesses {
  /** Both by their number. */
  readonly trusted: readonly TrustedProcess[]
  readonly untrusted: readonly UntrustedProcess[]
}

/** The processes of this machine, as one user sees them. */
export interface Processes {
  /** Those of that name, which run one of these executables if they are what they seem. Containers are left out. */
  find(name: string, executables: readonly string[]): Promise<NamedProcesses>
  /** The variables that it was started with; undefined when it has ended. */
  variables(process: TrustedProcess): Promise<Readonly<Record<string, string>> | undefined>
}

/** `uid` is that of the user who looks; the mounts and the root of the process `viewpoint` are those of the machine. */
export function openProcesses(uid: number, viewpoint: number | 'self' = 'self'): Processes {
  const users = uid === 0 ? [0] : [0, uid]
  return {
    find: async (name, executables) => {
      const rules = {
        uid,
        users,
        executables,
        places: await readPlaces(viewpoint),
        shift: await readTimeNamespaceShift(),
      }
      const found = (await findProcesses(name)).filter(({ inContainer: contained }) => !contained)
      const judged = []
      for (const identity of found) judged.push(await judge(identity, rules))
      return {
        trusted: judged.flatMap(one => one?.trusted ?? []),
        untrusted: judged.flatMap(one => one?.doubted ?? []),
      }
    },
    variables: async ({ identity }) => {
      const variables = (await isSameProcess(identity)) ? await readVariables(identity.pid) : undefined
      return (await isSameProcess(identity)) ? variables : undefined
    },
  }
}

interface Rules {
  readonly uid: number
  readonly users: readonly number[]
  readonly executables: readonly string[]
  readonly places: readonly Place[]
  readonly shift: number
}

interface Judged {
  readonly trusted?: TrustedProcess
  readonly doubted?: UntrustedProcess
}

async function judge(identity: ProcessIdentity, rules: Rules): Promise<Judged | undefined> {
  const { pid } = identity
  const stranger = whyUntrustedUser(identity, rules.users)
  if (stranger !== undefined) return { doubted: { pid, why: stranger, command: undefined } }
  const seen = await describeProcess(pid)
  if (seen === 'hidden') return { doubted: { pid, why: HIDDEN, command: undefined } }
  // Numbers are used again, and a process may change its user: what was read is its own if it still is who it was.
  if (seen === 'gone' || seen.args.length === 0 || !(await isSameProcess(identity))) return undefined
  const { args, directory } = seen
  const tree = findRootDirectory(identity, seen, rules)
  const why = await whyUntrusted(seen, tree, rules)
  if (tree === undefined || why !== undefined)
    return { doubted: { pid, why: why ?? '', command: { args, directory } } }
  return {
    trusted: { identity, startedAt: identity.startTicks - rules.shift, args, directory, rootDirectory: tree },
  }
}

const HIDDEN = 'regmirror may not see what it runs (run it as root, with CAP_SYS_PTRACE)'

async function whyUntrusted(
  seen: ProcessDescription,
  tree: string | undefined,
  { executables, places, users }: Rules,
): Promise<string | undefined> {
  const isHere = places.some(place => place.mounts === seen.mounts)
  if (tree === undefined) return isHere ? 'has another root directory' : 'runs in another mount namespace'
  return (
    whyUntrustedExecutable(seen, executables, users) ?? (await whyUntrustedPath(tree, seen.executable, users))
  )
}

async function isSameProcess(identity: ProcessIdentity): Promise<boolean> {
  return JSON.stringify(await identifyProcess(identity.pid)) === JSON.stringify(identity)
}

/** A mount namespace of this machine, and a path to the root directory in it. */
interface Place {
  readonly mounts: string
  readonly tree: string
  readonly root: string
}

/**
 * Where the process finds its files; undefined where that is not this machine. A rootless daemon of our own user has
 * mounts of its own, and nobody else can give them to it.
 */
function findRootDirectory(
  { pid, uids }: ProcessIdentity,
  seen: ProcessDescription,
  { places, uid }: Rules,
): string | undefined {
  const place = places.find(({ mounts, root }) => mounts === seen.mounts && root === seen.root)
  const isRootless = uid !== 0 && uids.includes(uid)
  return place?.tree ?? (isRootless ? `/proc/${pid}/root` : undefined)
}

/** Ours, and that of the first process of the machine: a unit of systemd and a container have mounts of their own. */
async function readPlaces(viewpoint: number | 'self'): Promise<readonly Place[]> {
  const ours = await readPlace(viewpoint, viewpoint === 'self' ? '/' : `/proc/${viewpoint}/root`)
  const isRoots = (await identifyProcess(1))?.uids.every(uid => uid === 0) === true
  const first = isRoots ? await readPlace(1, '/proc/1/root') : undefined
  return [ours, first].filter(place => place !== undefined)
}

async function readPlace(pid: number | 'self', tree: string): Promise<Place | undefined> {
  const found = await tryRead(async () => {
    const mounts = (await readLink(`/proc/${pid}/ns/mnt`)) ?? ''
    return { mounts, tree, root: (await statFacts(tree)).identity }
  })
  return typeof found === 'string' ? undefined : found
}
