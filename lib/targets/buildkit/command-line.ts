/** The command line of buildkitd (cmd/buildkitd/main.go@v0.32.2), read as its flag library does. Pure. */

/** Flags without a value; every other flag takes one. */
const SWITCHES =
  /^(debug|trace|rootless|proxy-network|cdi-disabled|save-cache-debug|help|h|version|v|(oci|containerd)-worker-(gc|no-process-sandbox|selinux|rootless))$/

export interface DaemonFlags {
  /** Undefined: the usual file. */
  readonly config: string | undefined
  /** The socket or port at which it serves, where the command line names it. */
  readonly address: string | undefined
}

/** Of a buildkitd that is started with these arguments; undefined where they start no daemon. */
export function parseDaemonFlags(args: readonly string[]): DaemonFlags | undefined {
  const flags = new Map<string, string>()
  for (let i = 1; i < args.length; i += 1) {
    const [, name, joined] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(args[i] ?? '') ?? []
    if (name === undefined) break
    const takesNext = joined === undefined && !SWITCHES.test(name)
    if (takesNext) i += 1
    flags.set(name, joined ?? (takesNext ? (args[i] ?? '') : 'true'))
  }
  if (['help', 'h', 'version', 'v'].some(name => flags.has(name))) return undefined
  return { config: flags.get('config'), address: flags.get('addr') }
}
