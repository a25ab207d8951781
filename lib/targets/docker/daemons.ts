/** The dockerds that run on this machine, and which of them reads a daemon.json. */
import path from 'node:path'
import { openReader, type Reader } from '../../system/reader.ts'
import type { Processes, TrustedProcess, UntrustedProcess } from '../../system/trusted-processes.ts'
import { isSameFile } from '../same-file.ts'
import { type DaemonFlags, parseDaemonFlags } from './command-line.ts'

/** A running dockerd. */
export interface RunningDaemon {
  readonly pid: number
  /** Clock ticks after the start of the machine. */
  readonly startedAt: number
  /** The daemon.json that it reads. */
  readonly config: string
  readonly flags: DaemonFlags
  readonly executable: string
  /** The program where it can be run here; undefined where its files are in another tree. */
  readonly program?: string
  readonly unit?: string
  /** The socket at which it serves; undefined: none of its sockets is a file. */
  readonly address?: string
  readonly trusted: TrustedProcess
}

export interface Daemons {
  /** Those that read the config of the list, the first one started first. */
  readonly readers: readonly RunningDaemon[]
  readonly others: readonly RunningDaemon[]
  readonly doubted: readonly Pick<UntrustedProcess, 'pid' | 'why'>[]
}

export const NO_DAEMONS: Daemons = { readers: [], others: [], doubted: [] }

/** What a daemon reads and serves at where its command line says nothing. */
export interface Defaults {
  readonly config: string
  readonly socket: string
  /** Whether these are those of a user. */
  readonly rootless: boolean
}

/** `config`: the file of the list on `node`. */
export async function findDaemons(
  processes: Processes,
  node: Reader,
  config: string,
  defaults: Defaults,
): Promise<Daemons> {
  const { trusted, untrusted } = await processes.find('dockerd', ['dockerd'])
  const found: { readonly daemon: RunningDaemon; readonly reads: boolean }[] = []
  for (const one of trusted) {
    const daemon = daemonOf(one, defaults)
    if (daemon !== undefined) found.push({ daemon, reads: await reads(daemon, node, config) })
  }
  const byStart = found.toSorted((a, b) => a.daemon.startedAt - b.daemon.startedAt)
  const those = (is: boolean) => byStart.filter(one => one.reads === is).map(({ daemon }) => daemon)
  return {
    readers: those(true),
    others: those(false),
    doubted: doubtedOf(untrusted, defaults),
  }
}

/** A user cannot read the command of another user's process, which is no daemon of this user then. */
function doubtedOf(untrusted: readonly UntrustedProcess[], { rootless }: Defaults): Daemons['doubted'] {
  const own = rootless ? untrusted.filter(({ command }) => command !== undefined) : untrusted
  return own.map(({ pid, why }) => ({ pid, why }))
}

function daemonOf(trusted: TrustedProcess, defaults: Defaults): RunningDaemon | undefined {
  const { identity, startedAt, args, executable, origin, rootDirectory, directory } = trusted
  const flags = parseDaemonFlags(args)
  if (flags === undefined) return undefined
  const isOwn = isRootless(trusted, flags, defaults) === defaults.rootless
  // What another user or the machine has does not matter here.
  if (!isOwn && flags.config === undefined) return undefined
  const config = flags.config ?? defaults.config
  const address = addressOf(flags, isOwn ? defaults.socket : undefined)
  return {
    ...{ pid: identity.pid, startedAt, flags, executable, trusted },
    config: path.posix.resolve(directory, config),
    ...(rootDirectory === '/' && { program: executable }),
    ...(origin.unit !== undefined && { unit: origin.unit }),
    ...(address !== undefined && { address }),
  }
}

/** dockerd-rootless.sh gives it mounts of its own, and no flag (dockerd-rootless.sh@v28.5.2). */
function isRootless(
  { identity, rootDirectory }: TrustedProcess,
  flags: DaemonFlags,
  defaults: Defaults,
): boolean {
  return flags.rootless || (defaults.rootless && rootDirectory === `/proc/${identity.pid}/root`)
}

/** `fd://` is the socket that systemd listens at, which has the usual path (docker.socket@v28.5.2). */
function addressOf({ hosts }: DaemonFlags, usual: string | undefined): string | undefined {
  if (hosts.length === 0) return usual
  const named = hosts.find(host => host.startsWith('unix://'))?.slice('unix://'.length)
  if (named !== undefined) return named === '' ? usual : named
  return hosts.some(host => host.startsWith('fd://')) ? usual : undefined
}

async function reads({ trusted, config }: RunningDaemon, node: Reader, listed: string): Promise<boolean> {
  return await isSameFile(node, listed, openReader(trusted.rootDirectory), config)
}
