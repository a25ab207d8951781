/** The command line of dockerd, read as its flag library does (cmd/dockerd/config.go, config_unix.go@v28.5.2). Pure. */

/** Flags without a value of their own; every other flag takes the next word. */
const SWITCHES: ReadonlySet<string> = new Set([
  ...['debug', 'help', 'version', 'validate', 'tls', 'tlsverify', 'rootless', 'init', 'experimental'],
  ...['live-restore', 'selinux-enabled', 'no-new-privileges', 'raw-logs', 'cri-containerd'],
  ...['iptables', 'ip6tables', 'ip-forward', 'ip-forward-no-drop', 'ip-masq', 'icc', 'ipv6'],
  ...['userland-proxy', 'allow-direct-routing', 'disable-legacy-registry', 'swarm-default-advertise'],
])

const SHORT: Readonly<Record<string, string>> = {
  ...{ D: 'debug', h: 'help', v: 'version', H: 'host', g: 'graph', G: 'group', l: 'log-level' },
  ...{ p: 'pidfile', s: 'storage-driver', b: 'bridge' },
}

/** A flag that stands for a key of daemon.json. */
export interface SetFlag {
  /** `--registry-mirror`. */
  readonly flag: string
  readonly value: string
}

/** What a command line decides. */
export interface DaemonFlags {
  /** As given. */
  readonly config?: string
  readonly dataRoot?: string
  readonly storageDriver?: string
  readonly hosts: readonly string[]
  readonly rootless: boolean
  /** `--registry-mirror` and `--insecure-registry`, each time. */
  readonly registries: readonly SetFlag[]
}

/** Of a daemon that is started with these arguments; undefined when they start no daemon. */
export function parseDaemonFlags(args: readonly string[]): DaemonFlags | undefined {
  const given = parse(args.slice(1))
  const valuesOf = (...names: readonly string[]) =>
    given.filter(([name]) => names.includes(name)).map(([, value]) => value)
  if (['help', 'version', 'validate'].some(name => valuesOf(name).some(isTrue))) return undefined
  const config = valuesOf('config-file').at(-1)
  const dataRoot = valuesOf('data-root', 'graph').at(-1)
  const storageDriver = valuesOf('storage-driver').at(-1)
  return {
    ...(config !== undefined && { config }),
    ...(dataRoot !== undefined && { dataRoot }),
    ...(storageDriver !== undefined && { storageDriver }),
    hosts: valuesOf('host'),
    rootless: valuesOf('rootless').some(isTrue),
    registries: given
      .filter(([name]) => name === 'registry-mirror' || name === 'insecure-registry')
      .map(([name, value]) => ({ flag: `--${name}`, value })),
  }
}

function isTrue(value: string): boolean {
  return /^(1|t|true)$/i.test(value)
}

/** As github.com/spf13/pflag: a short flag may have its value behind it. */
function parse(args: readonly string[]): readonly (readonly [name: string, value: string])[] {
  const flags: (readonly [string, string])[] = []
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i] ?? ''
    if (word === '--') break
    const [, long, joined] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    const [, short = '', behind] = /^-([A-Za-z])=?(.*)$/s.exec(word) ?? []
    const name = long ?? SHORT[short]
    if (name === undefined) continue
    const value = long === undefined ? behind || undefined : joined
    if (value === undefined && !SWITCHES.has(name)) i += 1
    flags.push([name, value ?? (SWITCHES.has(name) ? 'true' : (args[i] ?? ''))])
  }
  return flags
}
