/** The buildkitds that run on this machine outside containers, and which of them reads a buildkitd.toml. */
import path from 'node:path'
import type { Processes, TrustedProcess } from '../../system/trusted-processes.ts'
import { parseDaemonFlags } from './command-line.ts'

export interface RunningDaemon {
  readonly pid: number
  /** Clock ticks after the start of the machine. */
  readonly startedAt: number
  readonly config: string
  readonly executable: string
  /** Undefined where its files are in another tree. */
  readonly program: string | undefined
  readonly unit: string | undefined
}

export interface Daemons {
  readonly readers: readonly RunningDaemon[]
  /** Those that read another file. */
  readonly others: readonly RunningDaemon[]
  /** Processes with its name that are not trusted, such as those of other users. */
  readonly doubted: readonly { readonly pid: number; readonly why: string }[]
}

export const NO_DAEMONS: Daemons = { readers: [], others: [], doubted: [] }

/** `config`: the file of the list; `usual`: the one that a buildkitd reads where its command line names none. */
export async function findDaemons(processes: Processes, config: string, usual: string): Promise<Daemons> {
  const { trusted, untrusted } = await processes.find('buildkitd', ['buildkitd'])
  const found = trusted.flatMap(one => daemonOf(one, usual) ?? [])
  const reads = (daemon: RunningDaemon) => daemon.config === config
  return {
    readers: found.filter(reads),
    others: found.filter(daemon => !reads(daemon)),
    doubted: untrusted.map(({ pid, why }) => ({ pid, why })),
  }
}

function daemonOf(process: TrustedProcess, usual: string): RunningDaemon | undefined {
  const { identity, startedAt, args, executable, origin, directory, rootDirectory } = process
  const flags = parseDaemonFlags(args)
  if (flags === undefined) return undefined
  return {
    ...{ pid: identity.pid, startedAt, executable, unit: origin.unit },
    config: path.posix.resolve(directory, flags.config ?? usual),
    program: rootDirectory === '/' ? executable : undefined,
  }
}

/** The variables of the first that reads the file, with its proxies; they hold secrets. */
export async function daemonEnvironment(
  processes: Processes,
  config: string,
  usual: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const { trusted } = await processes.find('buildkitd', ['buildkitd'])
  const reader = trusted.find(one => daemonOf(one, usual)?.config === config)
  return reader && (await processes.variables(reader))
}
