/** The command line of containerd (cmd/containerd/command/main.go@v2.3.4), read as its flag library does. Pure. */

export const DEFAULT_CONFIG = '/etc/containerd/config.toml'

/** Flags without a value; every other flag takes one. */
const SWITCHES = ['h', 'help', 'v', 'version']

/** With one of these as the first argument containerd does not start the daemon. */
const SUBCOMMANDS = ['config', 'publish', 'oci-hook', 'help', 'h']

/** What a command line decides; `state` and `address` only where it names them. */
export interface DaemonFlags {
  readonly config: string
  readonly state?: string
  readonly address?: string
}

/** Of a daemon that is started with these arguments; undefined when they start no daemon. */
export function parseDaemonFlags(args: readonly string[]): DaemonFlags | undefined {
  const { flags, rest } = parse(args.slice(1))
  if (SWITCHES.some(name => flags.has(name)) || SUBCOMMANDS.includes(rest[0] ?? '')) return undefined
  const [state, address] = [flags.get('state'), flags.get('address') ?? flags.get('a')]
  return {
    config: flags.get('config') ?? DEFAULT_CONFIG,
    ...(state !== undefined && { state }),
    ...(address !== undefined && { address }),
  }
}

/** As package flag of Go: one dash or two, the last value counts, and the first word that is not a flag ends them. */
function parse(args: readonly string[]): { flags: ReadonlyMap<string, string>; rest: readonly string[] } {
  const flags = new Map<string, string>()
  for (let i = 0; i < args.length; i += 1) {
    const [, name, joined] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(args[i] ?? '') ?? []
    if (name === undefined) return { flags, rest: args.slice(args[i] === '--' ? i + 1 : i) }
    const takesNext = joined === undefined && !SWITCHES.includes(name)
    if (takesNext) i += 1
    flags.set(name === 'c' ? 'config' : name, joined ?? (takesNext ? (args[i] ?? '') : 'true'))
  }
  return { flags, rest: [] }
}
