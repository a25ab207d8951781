/** Files of other programs that are taken for a mirror list. Pure. */
import { isTable, type Table } from '../../formats/is-table.ts'
import type { Problem } from '../../model/problem.ts'

interface ForeignFile {
  /** With its article. */
  readonly name: string
  /** The key that shows what the file is. */
  keyOf(value: Table): string | undefined
  /** The kind by which import reads it; absent where import does not. */
  readonly kind?: ForeignKind
  /** What to do, where import does not read it. */
  readonly hint?: string
}

/** Kinds of files that import reads. */
export type ForeignKind =
  | 'hosts.toml'
  | 'config.toml'
  | 'registries.yaml'
  | 'talos'
  | 'daemon.json'
  | 'registries.conf'
  | 'buildkitd.toml'

/** The key of a file of another program, if the value is one. */
export function foreignProblem(value: unknown, file: string): Problem | undefined {
  const found = findForeign(value)
  if (found === undefined) return undefined
  const { name, key, kind } = found
  const message = `this is ${name}, not a mirror list`
  const from = file === 'stdin' ? '-' : file
  const made = kind.kind && `write a list from it: regmirror import --from ${from}`
  return { path: [key], atKey: true, message, hint: made ?? kind.hint ?? START }
}

/** A value that may be such a file. */
export function foreignTable(value: unknown): Table | undefined {
  return isTable(value) ? value : undefined
}

/** What import reads a value as. */
export function foreignKind(value: unknown): ForeignKind | undefined {
  return findForeign(value)?.kind.kind
}

export function isForeign(value: unknown): boolean {
  return findForeign(value) !== undefined
}

const START = 'write a list with its mirrors; start with the output of regmirror init'

function findForeign(value: unknown) {
  if (!isTable(value) || isList(value)) return undefined
  for (const kind of FILES) {
    const key = kind.keyOf(value)
    if (key !== undefined) return { name: kind.name, key, kind }
  }
  return undefined
}

/** A list with a mistake in it is still a list. registries.conf of version 1 has a table of that name too. */
function isList({ version, registries, plugins }: Table): boolean {
  if (version === 1 && plugins === undefined) return true
  return isTable(registries) && !Object.keys(registries).every(key => /^(search|insecure|block)$/.test(key))
}

const anyOf =
  (...keys: readonly string[]) =>
  (value: Table) =>
    keys.find(key => Object.hasOwn(value, key))

/** Where every key is one of these, the first of them that is a table or an array. */
const onlyOf =
  (...keys: readonly string[]) =>
  (value: Table) => {
    const all = Object.keys(value)
    return all.every(key => keys.includes(key)) ? all.find(key => typeof value[key] === 'object') : undefined
  }

const HOSTS_KEYS = 'server host capabilities ca client skip_verify header override_path dial_timeout'.split(
  ' ',
)

const FILES: readonly ForeignFile[] = [
  {
    name: 'a hosts.toml of containerd',
    keyOf: value =>
      Object.keys(value).every(key => HOSTS_KEYS.includes(key)) ? anyOf('server', 'host')(value) : undefined,
    kind: 'hosts.toml',
  },
  {
    name: 'a registries.yaml of k3s or rke2',
    keyOf: value =>
      isTable(value.mirrors ?? value.configs) ? onlyOf('mirrors', 'configs', 'auths')(value) : undefined,
    kind: 'registries.yaml',
  },
  {
    name: 'a machine configuration of Talos',
    keyOf: ({ machine }) => (isTable(machine) ? 'machine' : undefined),
    kind: 'talos',
  },
  {
    name: 'a Kubernetes manifest',
    keyOf: value => (typeof value.kind === 'string' ? anyOf('apiVersion')(value) : undefined),
    hint: 'save the list that it contains in a file of its own',
  },
  {
    name: 'a daemon.json of Docker',
    keyOf: anyOf(
      ...['registry-mirrors', 'insecure-registries', 'log-driver', 'log-opts', 'exec-opts', 'storage-driver'],
      ...['data-root', 'live-restore', 'default-runtime', 'default-address-pools', 'cgroup-parent'],
    ),
    kind: 'daemon.json',
  },
  {
    name: 'a config.json of Docker',
    keyOf: anyOf('auths', 'credHelpers', 'credsStore'),
    hint: 'write a list with your mirrors, and their credentials as header; start with the output of regmirror init',
  },
  {
    name: 'a registries.conf of Podman or CRI-O',
    keyOf: value =>
      Array.isArray(value.registry)
        ? 'registry'
        : anyOf(
            'unqualified-search-registries',
            'short-name-mode',
            'credential-helpers',
            'registries',
            'aliases',
          )(value),
    kind: 'registries.conf',
  },
  {
    name: 'a buildkitd.toml of BuildKit',
    keyOf: value => (isTable(value.registry) ? 'registry' : isTable(value.worker) ? 'worker' : undefined),
    kind: 'buildkitd.toml',
  },
  {
    name: 'a nerdctl.toml of nerdctl',
    keyOf: anyOf('hosts_dir', 'insecure_registry', 'cni_path', 'cni_netconfpath', 'snapshotter'),
  },
  {
    name: 'a config.toml of containerd',
    keyOf: anyOf(
      ...['plugins', 'disabled_plugins', 'required_plugins', 'proxy_plugins', 'stream_processors', 'ttrpc'],
      ...['oom_score', 'imports', 'root', 'state', 'temp', 'timeouts'],
    ),
    kind: 'config.toml',
  },
]
