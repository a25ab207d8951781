/** The containerds that run on this machine, and which of them reads a config.toml. */
import path from 'node:path'
import { Failure } from '../../model/errors.ts'
import { openReader, type Reader } from '../../system/reader.ts'
import type { Processes, TrustedProcess, UntrustedProcess } from '../../system/trusted-processes.ts'
import { parseConfigFlag } from './command-line.ts'

/** A running containerd, and the path of its config file. */
export interface RunningDaemon {
  readonly pid: number
  /** Clock ticks after the start of the machine. */
  readonly startedAt: number
  readonly config: string
}

export interface Daemons {
  /** Those that read the config of the list, by process id. */
  readonly readers: readonly RunningDaemon[]
  /** Those that read another config. */
  readonly others: readonly RunningDaemon[]
  /** Processes with the name of containerd that are not trusted, unless they are known to read another config. */
  readonly doubted: readonly Pick<UntrustedProcess, 'pid' | 'why'>[]
}

export const NO_DAEMONS: Daemons = { readers: [], others: [], doubted: [] }

/** The program of k3s is containerd too (k3s scripts/build). */
const EXECUTABLES = ['containerd', 'k3s']

/** Finds the running containerds. `config` is a path on `node`. */
export async function findDaemons(processes: Processes, node: Reader, config: string): Promise<Daemons> {
  const { found, doubted } = await findProcesses(processes, node, config)
  const daemons = (reads: boolean) => found.filter(one => one.reads === reads).map(one => one.daemon)
  return { readers: daemons(true), others: daemons(false), doubted }
}

/**
 * The environment of the containerd that reads a config, with its proxies; undefined when none is known to run. It holds
 * secrets.
 */
export async function daemonEnvironment(
  processes: Processes,
  node: Reader,
  config: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const { found } = await findProcesses(processes, node, config)
  for (const { trusted, reads } of found) {
    const variables = reads ? await processes.variables(trusted) : undefined
    if (variables !== undefined) return variables
  }
  return undefined
}

interface Found {
  readonly trusted: TrustedProcess
  readonly daemon: RunningDaemon
  readonly reads: boolean
}

async function findProcesses(
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
    found.push({
      trusted: one,
      daemon,
      reads: await isSame(node, config, openReader(one.rootDirectory), read),
    })
  }
  const relevant = doubted.filter(({ command }) => !command || configRead(command) === config)
  // The real one belongs to a trusted user: it comes first, so that other users cannot hide it among thousands.
  return { found, doubted: relevant.toSorted((a, b) => Number(!a.command) - Number(!b.command)) }
}

/** The path as the process sees it; undefined where containerd is not a daemon, such as `containerd config dump`. */
function configRead({ args, directory }: Pick<TrustedProcess, 'args' | 'directory'>): string | undefined {
  const config = parseConfigFlag(args)
  return config === undefined ? undefined : path.posix.resolve(directory, config)
}

/**
 * Whether two paths are one file. In one tree the paths decide; a container or a systemd unit sees the files of the machine
 * through mounts.
 */
async function isSame(node: Reader, config: string, tree: Reader, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([followed(node, config), followed(tree, other)])
  if (a.path === b.path && node.root === tree.root) return true
  return a.identity === b.identity && (a.identity !== undefined || a.path === b.path)
}

/** A path that cannot be followed is reported where the file is read. */
async function followed(tree: Reader, file: string): Promise<{ path: string; identity: string | undefined }> {
  try {
    return { path: await tree.real(file), identity: (await tree.facts(file))?.identity }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { path: file, identity: undefined }
  }
}
