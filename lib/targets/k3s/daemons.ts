/** The k3s and RKE2 that run on this machine outside containers, and which of them reads a registries.yaml. */
import path from 'node:path'
import type { Processes, TrustedProcess } from '../../system/trusted-processes.ts'
import { type NodeFlags, parseNodeFlags } from './command-line.ts'
import { DISTRIBUTIONS, type Distribution } from './distributions.ts'

export interface RunningDaemon {
  readonly distribution: Distribution
  readonly pid: number
  /** Clock ticks after the start of the machine. */
  readonly startedAt: number
  readonly executable: string
  readonly unit: string | undefined
  /** Paths in them are absolute. */
  readonly flags: NodeFlags
}

export interface Daemons {
  readonly running: readonly RunningDaemon[]
  /** Processes with its name that are not trusted, such as those of other users. */
  readonly doubted: readonly { readonly pid: number; readonly why: string }[]
}

export const NO_DAEMONS: Daemons = { running: [], doubted: [] }

/** In the order in which they were started. */
export async function findDaemons(processes: Processes): Promise<Daemons> {
  const running: RunningDaemon[] = []
  const doubted: { pid: number; why: string }[] = []
  for (const distribution of DISTRIBUTIONS)
    for (const name of distribution.processes) {
      const found = await processes.find(name, distribution.processes)
      running.push(...found.trusted.flatMap(one => daemonOf(one, distribution) ?? []))
      doubted.push(...found.untrusted.map(({ pid, why }) => ({ pid, why })))
    }
  return { running: running.toSorted((a, b) => a.startedAt - b.startedAt), doubted }
}

function daemonOf(process: TrustedProcess, distribution: Distribution): RunningDaemon | undefined {
  const { identity, startedAt, args, executable, origin, directory } = process
  const flags = parseNodeFlags(args)
  if (flags === undefined) return undefined
  const absolute = (file: string | undefined) => file && path.posix.resolve(directory, file)
  const [privateRegistry, dataDirectory, nodeConfig] = [
    absolute(flags.privateRegistry),
    absolute(flags.dataDirectory),
    absolute(flags.nodeConfig),
  ]
  return {
    ...{ distribution, pid: identity.pid, startedAt, executable, unit: origin.unit },
    flags: {
      ...flags,
      ...(privateRegistry && { privateRegistry }),
      ...(dataDirectory && { dataDirectory }),
      ...(nodeConfig && { nodeConfig }),
    },
  }
}

/** The variables of the first one, with its proxies; they hold secrets. */
export async function daemonEnvironment(
  processes: Processes,
): Promise<Readonly<Record<string, string>> | undefined> {
  for (const { processes: names } of DISTRIBUTIONS)
    for (const name of names) {
      const { trusted } = await processes.find(name, names)
      const [first] = trusted.filter(({ args }) => parseNodeFlags(args) !== undefined)
      const variables = first && (await processes.variables(first))
      if (variables !== undefined) return variables
    }
  return undefined
}
