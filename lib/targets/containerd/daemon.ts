/** The containerds that run on this machine, and which of them reads a config.toml. */
import path from 'node:path'
import { openReader, type Reader } from '../../system/reader.ts'
import type { Processes, TrustedProcess, UntrustedProcess } from '../../system/trusted-processes.ts'
import { isSameFile } from '../same-file.ts'
import { DEFAULT_CONFIG, parseDaemonFlags } from './command-line.ts'
import { type Distribution, distributionOf, isDockersOwn } from './distribution.ts'

/** A running containerd, and the path of its config file. */
export interface RunningDaemon {
  readonly pid: number
  /** Clock ticks after the start of the machine. */
  readonly startedAt: number
  readonly config: string
  /** The directory of its sockets and mounts, where its command line names it. */
  readonly state?: string
  /** Its socket, where its command line names it. */
  readonly address?: string
  readonly executable: string
  /** A program of the same containerd that can be run here; undefined where its files are in another tree. */
  readonly program?: string
  /** What brings it, where that is not a package of containerd. */
  readonly distribution?: Distribution
  /** The unit of systemd that it runs in. */
  readonly unit?: string
}

export interface Daemons {
  /** Those that read the config of the list, by process id. */
  readonly readers: readonly RunningDaemon[]
  /** Those that read another config. */
  readonly others: readonly RunningDaemon[]
  /** Processes with the name of containerd that are not trusted, unless they are known to read another config. */
  readonly doubted: readonly Doubted[]
}

type Doubted = Pick<UntrustedProcess, 'pid' | 'why'> & {
  /** Whether its command line is known, and names the config of the list. */
  readonly mayRead: boolean
}

export const NO_DAEMONS: Daemons = { readers: [], others: [], doubted: [] }

/** The program of k3s is containerd too (k3s scripts/build). */
const EXECUTABLES = ['containerd', 'k3s']

/**
 * Finds the running containerds. `config` is a path on `node`; false: that of the daemon that runs, undefined where
 * none does.
 */
export async function findDaemons(
  processes: Processes,
  node: Reader,
  config: string | false,
): Promise<Daemons & { readonly config: string | undefined }> {
  const { found, doubted, config: read } = await findProcesses(processes, node, config)
  const daemons = (reads: boolean) => found.filter(one => one.reads === reads).map(one => one.daemon)
  return { readers: daemons(true), others: daemons(false), doubted, config: read }
}

/**
 * The environment of the containerd that reads a config, with its proxies; undefined when none is known to run. It holds
 * secrets.
 */
export async function daemonEnvironment(
  processes: Processes,
  node: Reader,
  config: string | false,
): Promise<Readonly<Record<string, string>> | undefined> {
  const { found } = await findProcesses(processes, node, config)
  for (const { trusted, reads } of found) {
    const variables = reads ? await processes.variables(trusted) : undefined
    if (variables !== undefined) return variables
  }
  return undefined
}

interface Seen {
  readonly trusted: TrustedProcess
  readonly daemon: RunningDaemon
}

interface Found {
  readonly found: readonly (Seen & { readonly reads: boolean })[]
  readonly doubted: Daemons['doubted']
  readonly config: string | undefined
}

async function findProcesses(processes: Processes, node: Reader, listed: string | false): Promise<Found> {
  const { trusted, untrusted } = await processes.find('containerd', EXECUTABLES)
  const seen = trusted.flatMap(one => {
    const daemon = daemonOf(one)
    return daemon === undefined ? [] : [{ trusted: one, daemon }]
  })
  const config = listed === false ? configInUse(seen) : listed
  const found = []
  for (const one of seen) found.push({ ...one, reads: await readsFile(one, node, config) })
  return { found, doubted: doubtedOf(untrusted, config ?? DEFAULT_CONFIG), config }
}

/** With `config = false`, the file of the daemon that runs; one that serves CRI where there are several. */
function configInUse(seen: readonly Seen[]): string | undefined {
  const configs = seen.filter(({ daemon }) => !isDockersOwn(daemon)).map(({ daemon }) => daemon.config)
  return configs.find(config => config === DEFAULT_CONFIG) ?? configs[0]
}

/** The real one belongs to a trusted user: it comes first, so that other users cannot hide it among thousands. */
function doubtedOf(untrusted: readonly UntrustedProcess[], config: string): Daemons['doubted'] {
  return untrusted
    .filter(({ command }) => !command || readFlags(command)?.config === config)
    .map(({ pid, why, command }) => ({ pid, why, mayRead: command !== undefined }))
    .toSorted((a, b) => Number(b.mayRead) - Number(a.mayRead))
}

/** Undefined where containerd is not a daemon, such as `containerd config dump`. */
function daemonOf(process: TrustedProcess): RunningDaemon | undefined {
  const { identity, startedAt, executable, origin, rootDirectory } = process
  const flags = readFlags(process)
  if (flags === undefined) return undefined
  const distribution = distributionOf(flags.config, origin.parent)
  return {
    ...{ pid: identity.pid, startedAt, ...flags, executable },
    // The program of k3s is containerd under that name only.
    ...(rootDirectory === '/' && { program: path.join(path.dirname(executable), 'containerd') }),
    ...(distribution !== undefined && { distribution }),
    ...(origin.unit !== undefined && { unit: origin.unit }),
  }
}

/** The paths as the process sees them. */
function readFlags({ args, directory }: Pick<TrustedProcess, 'args' | 'directory'>) {
  const flags = parseDaemonFlags(args)
  return flags && { ...flags, config: path.posix.resolve(directory, flags.config) }
}

async function readsFile(
  { trusted, daemon }: Seen,
  node: Reader,
  config: string | undefined,
): Promise<boolean> {
  return (
    config !== undefined && (await isSameFile(node, config, openReader(trusted.rootDirectory), daemon.config))
  )
}
