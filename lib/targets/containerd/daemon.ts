/** The containerds that run on this machine, and which of them reads a config.toml. */
import path from 'node:path'
import { Failure } from '../../model/errors.ts'
import { openTree, type Reader } from '../../system/files.ts'
import type { Processes, TrustedProcess, UntrustedProcess } from '../../system/trusted-processes.ts'
import { configOf } from './command-line.ts'

/** A containerd that runs, and the path of the config that it was told to read. */
export interface Daemon {
  readonly pid: number
  /** Clock ticks after the start of the machine. */
  readonly startedAt: number
  readonly config: string
}

export interface Daemons {
  /** Those that read the config in question, by their number. */
  readonly readers: readonly Daemon[]
  /** Those that read another one. */
  readonly others: readonly Daemon[]
  /** Processes that are called containerd and are not trusted, unless they are known to read another config. */
  readonly doubted: readonly Pick<UntrustedProcess, 'pid' | 'why'>[]
}

export const NO_DAEMONS: Daemons = { readers: [], others: [], doubted: [] }

/** In k3s, containerd is one of the names of its one program (k3s scripts/build). */
const EXECUTABLES = ['containerd', 'k3s']

/** Finds those that run. `node` is where `config` lies. */
export async function findDaemons(processes: Processes, node: Reader, config: string): Promise<Daemons> {
  const { found, doubted } = await look(processes, node, config)
  const named = (reads: boolean) => found.filter(one => one.reads === reads).map(one => one.daemon)
  return { readers: named(true), others: named(false), doubted }
}

/**
 * The variables of the containerd that reads a config, its proxies above all; undefined when none is known that runs. They
 * hold secrets.
 */
export async function daemonEnvironment(
  processes: Processes,
  node: Reader,
  config: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const { found } = await look(processes, node, config)
  for (const { trusted, reads } of found) {
    const variables = reads ? await processes.variables(trusted) : undefined
    if (variables !== undefined) return variables
  }
  return undefined
}

interface Found {
  readonly trusted: TrustedProcess
  readonly daemon: Daemon
  readonly reads: boolean
}

async function look(
  processes: Processes,
  node: Reader,
  config: string,
): Promise<{ found: readonly Found[]; doubted: Daemons['doubted'] }> {
  const { trusted, untrusted: doubted } = await processes.find('containerd', EXECUTABLES)
  const found: Found[] = []
  for (const one of trusted) {
    const read = configRead(one)
    if (read === undefined) continue
    const daemon = { pid: one.identity.pid, startedAt: one.startedAt, config: read }
    found.push({ trusted: one, daemon, reads: await isSame(node, config, openTree(one.rootDirectory), read) })
  }
  const relevant = doubted.filter(({ command }) => !command || configRead(command) === config)
  // The real one, where it is not trusted, is of a trusted user: others cannot hide it among thousands.
  return { found, doubted: relevant.toSorted((a, b) => Number(!a.command) - Number(!b.command)) }
}

/** The path as the process sees it; undefined for a containerd that is no daemon, such as `containerd config dump`. */
function configRead({ args, directory }: Pick<TrustedProcess, 'args' | 'directory'>): string | undefined {
  const config = configOf(args)
  return config === undefined ? undefined : path.posix.resolve(directory, config)
}

/**
 * Whether two paths are one file. Where both trees are one, the paths tell; a container, or a unit of systemd's, sees the
 * files of the machine through mounts.
 */
async function isSame(node: Reader, ours: string, tree: Reader, theirs: string): Promise<boolean> {
  const [a, b] = await Promise.all([followed(node, ours), followed(tree, theirs)])
  if (a.path === b.path && node.root === tree.root) return true
  return a.identity === b.identity && (a.identity !== undefined || a.path === b.path)
}

/** A path that cannot be followed is told by those who read the file. */
async function followed(tree: Reader, file: string): Promise<{ path: string; identity: string | undefined }> {
  try {
    return { path: await tree.real(file), identity: (await tree.facts(file))?.identity }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { path: file, identity: undefined }
  }
}
