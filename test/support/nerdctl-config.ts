/**
 * What a real nerdctl makes of nerdctl.toml and its directories: an oracle of its own, after cmd/nerdctl/main.go,
 * pkg/config/config.go, pkg/imgutil/transfer.go and pkg/imgutil/dockerconfigresolver of nerdctl v2.3.5. It shares no code with
 * lib.
 */
import TOML from '@iarna/toml'

const STRINGS =
  'address namespace snapshotter cni_path cni_netconfpath data_root cgroup_manager host_gateway_ip'
const BOOLEANS =
  'debug debug_full insecure_registry experimental kube_hide_dupe disable_hc_systemd selinux_enabled'
const LISTS = 'hosts_dir cdi_spec_dirs dns dns_opts dns_search'

const isString = (value: unknown) => typeof value === 'string'
const TYPES = new Map<string, (value: unknown) => boolean>([
  ...`${STRINGS} bridge_ip userns_remap`.split(' ').map(key => [key, isString] as const),
  ...BOOLEANS.split(' ').map(key => [key, (value: unknown) => typeof value === 'boolean'] as const),
  ...LISTS.split(' ').map(
    key => [key, (value: unknown) => Array.isArray(value) && value.every(isString)] as const,
  ),
])

/** The settings; undefined where every command fails. */
export function readNerdctl(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const file = TOML.parse(text.replaceAll('\r\n', '\n')) as Record<string, unknown>
    const pairs = Object.entries(file).map(([key, value]) => [key.toLowerCase(), value] as const)
    return pairs.every(([key, value]) => TYPES.get(key)?.(value)) ? Object.fromEntries(pairs) : undefined
  } catch {
    return undefined
  }
}

/** The directories of hosts.toml files, in the order in which releases before 2.3 look into them. */
export function hostsDirsOf(text: string): readonly string[] {
  const usual = ['/etc/containerd/certs.d', '/etc/docker/certs.d']
  return (readNerdctl(text)?.hosts_dir as readonly string[] | undefined) ?? usual
}

/** `exists`: whether there is such a directory. Undefined: no hosts.toml is used. */
type Find = (
  exists: (directory: string) => boolean,
  dirs: readonly string[],
  registry: string,
) => string | undefined

/** nerdctl 2.3 with containerd 2. */
export const findNow: Find = (exists, [first], registry) =>
  first === undefined ? undefined : hostPaths(first, registry).find(exists)

/** nerdctl 2.0 to 2.2. */
export const findBefore: Find = (exists, dirs, registry) => {
  // registryurl.go Parse gives every name a port; docker.io becomes index.docker.io:443 and then docker.io again.
  const [host, bare] =
    registry === 'docker.io'
      ? ['docker.io', undefined]
      : /:\d+$/.test(registry)
        ? [registry, registry.endsWith(':443') ? registry.slice(0, -4) : undefined]
        : [`${registry}:443`, registry]
  for (const dir of dirs.filter(exists)) {
    const found = hostPaths(dir, host).find(exists) ?? (bare && hostPaths(dir, bare).find(exists))
    if (found) return found
  }
  return undefined
}

/** containerd core/remotes/docker/config/config_unix.go hostPaths@v2.3.4. */
function hostPaths(root: string, host: string): readonly string[] {
  const colon = host.lastIndexOf(':')
  const twin = colon > 0 ? [`${host.slice(0, colon)}_${host.slice(colon + 1)}_`] : []
  return [...twin, host, '_default'].map(name => `${root}/${name}`)
}
