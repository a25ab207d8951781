/**
 * Finds the processes whose word counts for a daemon of this machine. Any user can start a program under any name, with any
 * variables. So a process is trusted only if all its uids are root, it runs in the namespaces of this machine, and only root
 * can change its executable. Where regmirror does not run as root, its own user is trusted like root.
 */
import { readTimeNamespaceShift } from './boot-clock.ts'
import { whyUntrustedExecutable, whyUntrustedPath, whyUntrustedUser } from './process-trust.ts'
import {
  describeProcess,
  findProcesses,
  identifyProcess,
  type ProcessDescription,
  type ProcessIdentity,
  type ProcessOrigin,
  readOrigin,
  readVariables,
  tryRead,
} from './processes.ts'
import { readLink, statFacts } from './read-disk.ts'

export interface TrustedProcess {
  readonly identity: ProcessIdentity
  /** Clock ticks after the boot of the machine, also if regmirror runs in a time namespace. */
  readonly startedAt: number
  readonly args: readonly string[]
  /** The path of its program as the process sees it; an upgrade may have put another file there. */
  readonly executable: string
  readonly origin: ProcessOrigin
  /** Its working directory. */
  readonly directory: string
  /** A path to its root directory; `/` if that is the one of regmirror. */
  readonly rootDirectory: string
}

export interface UntrustedProcess {
  readonly pid: number
  /** Why it is not trusted: completes "process 812 …". */
  readonly why: string
  /** How it was started; undefined where that may not be read. */
  readonly command: Pick<ProcessDescription, 'args' | 'directory'> | undefined
}

export interface FoundProcesses {
  /** Both ordered by pid. */
  readonly trusted: readonly TrustedProcess[]
  readonly untrusted: readonly UntrustedProcess[]
}

/** The processes of this machine, as one user sees them. */
export interface Processes {
  /** The processes of that name outside containers. A trusted one runs one of these executables. */
  find(name: string, executables: readonly string[]): Promise<FoundProcesses>
  /** The variables that it was started with; undefined when it has ended. */
  variables(process: TrustedProcess): Promise<Readonly<Record<string, string>> | undefined>
}

/** `uid` is the user who runs regmirror. The mounts and the root directory of the process `viewpoint` are those of the machine. */
export function openProcesses(uid: number, viewpoint: number | 'self' = 'self'): Processes {
  return {
    find: async (name, executables) => {
      const shift = await readTimeNamespaceShift()
      const rules = { uid, users: usersOf(uid), executables, places: await readPlaces(viewpoint), shift }
      const found = (await findProcesses(name)).filter(({ inContainer }) => !inContainer)
      const checked: Checked[] = []
      for (const identity of found) checked.push(await check(identity, rules))
      return {
        trusted: checked.flatMap(({ trusted }) => trusted ?? []),
        untrusted: checked.flatMap(({ untrusted }) => untrusted ?? []),
      }
    },
    variables: async ({ identity }) => {
      const variables = (await isSameProcess(identity)) ? await readVariables(identity.pid) : undefined
      return (await isSameProcess(identity)) ? variables : undefined
    },
  }
}

function usersOf(uid: number): readonly number[] {
  return uid === 0 ? [0] : [0, uid]
}

/** The process of that id, whatever its program is; undefined where it has ended. */
export async function findTrusted(
  pid: number,
  uid: number,
): Promise<TrustedProcess | UntrustedProcess | undefined> {
  const identity = await identifyProcess(pid)
  if (identity === undefined) return undefined
  const [places, shift] = [await readPlaces('self'), await readTimeNamespaceShift()]
  const rules = { uid, users: usersOf(uid), executables: undefined, places, shift }
  const { trusted, untrusted } = await check(identity, rules)
  return trusted ?? untrusted
}

interface Rules {
  readonly uid: number
  readonly users: readonly number[]
  /** Undefined: any. */
  readonly executables: readonly string[] | undefined
  readonly places: readonly Place[]
  readonly shift: number
}

/** Neither: the process has ended. */
interface Checked {
  readonly trusted?: TrustedProcess
  readonly untrusted?: UntrustedProcess
}

async function check(identity: ProcessIdentity, rules: Rules): Promise<Checked> {
  const { pid } = identity
  const untrusted = (why: string, command?: UntrustedProcess['command']) => ({
    untrusted: { pid, why, command },
  })
  const wrongUser = whyUntrustedUser(identity, rules.users)
  if (wrongUser !== undefined) return untrusted(wrongUser)
  const description = await describeProcess(pid)
  if (description === 'hidden') return untrusted(HIDDEN)
  // A pid is used again, and a process may change its user: then what was read is of another process.
  if (description === 'gone' || description.args.length === 0 || !(await isSameProcess(identity))) return {}
  const { args, directory, executable } = description
  const rootDirectory = findRootDirectory(identity, description, rules)
  if (rootDirectory === undefined) return untrusted(wrongPlace(description, rules), { args, directory })
  const why =
    whyUntrustedExecutable(description, rules.executables, rules.users) ??
    (await whyUntrustedPath(rootDirectory, executable, rules.users))
  if (why !== undefined) return untrusted(why, { args, directory })
  const startedAt = identity.startTicks - rules.shift
  const origin = await readOrigin(pid)
  return { trusted: { identity, startedAt, args, executable, origin, directory, rootDirectory } }
}

const HIDDEN = 'hides its executable from regmirror (run regmirror as root, with CAP_SYS_PTRACE)'

function wrongPlace({ mounts }: ProcessDescription, { places }: Rules): string {
  const sameMounts = places.some(place => place.mounts === mounts)
  return sameMounts ? 'has another root directory' : 'runs in another mount namespace'
}

async function isSameProcess(identity: ProcessIdentity): Promise<boolean> {
  return JSON.stringify(await identifyProcess(identity.pid)) === JSON.stringify(identity)
}

/** A mount namespace of this machine, its root directory, and a path to that. */
interface Place {
  readonly mounts: string
  readonly rootDirectory: string
  readonly root: string
}

/**
 * A path to the root directory of the process; undefined where that is not of this machine. A rootless daemon of the user
 * who runs regmirror has mounts of its own, which no other user can create for it.
 */
function findRootDirectory(
  { pid, uids }: ProcessIdentity,
  { mounts, root }: ProcessDescription,
  { places, uid }: Rules,
): string | undefined {
  const place = places.find(place => place.mounts === mounts && place.root === root)
  const isRootless = uid !== 0 && uids.includes(uid)
  return place?.rootDirectory ?? (isRootless ? `/proc/${pid}/root` : undefined)
}

/** The place of regmirror and that of process 1: a systemd unit or a container has mounts of its own. */
async function readPlaces(viewpoint: number | 'self'): Promise<readonly Place[]> {
  const own = await readPlace(viewpoint, viewpoint === 'self' ? '/' : `/proc/${viewpoint}/root`)
  const isRoots = (await identifyProcess(1))?.uids.every(uid => uid === 0) === true
  const first = isRoots ? await readPlace(1, '/proc/1/root') : undefined
  return [own, first].filter(place => place !== undefined)
}

async function readPlace(pid: number | 'self', rootDirectory: string): Promise<Place | undefined> {
  const place = await tryRead(async () => {
    const mounts = (await readLink(`/proc/${pid}/ns/mnt`)) ?? ''
    return { mounts, rootDirectory, root: (await statFacts(rootDirectory)).identity }
  })
  return typeof place === 'string' ? undefined : place
}
