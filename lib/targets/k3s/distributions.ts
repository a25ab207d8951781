/** k3s and RKE2: the same program with other names and places (pkg/cli/cmds/agent.go@06ea261c, rke2 pkg/cli/defaults@6ce1a801). Pure. */

export interface Distribution {
  readonly name: 'k3s' | 'rke2'
  readonly title: string
  /** What `--private-registry` names without a setting. */
  readonly config: string
  /** The settings of the node; `*.yaml` in the directory of the same name with `.d` are read after it. */
  readonly nodeConfig: string
  readonly dataDirectory: string
  /** Names of its processes, and of its executables. */
  readonly processes: readonly string[]
  /** Its unit of systemd. */
  readonly unit: string
}

export const K3S: Distribution = {
  name: 'k3s',
  title: 'k3s',
  config: '/etc/rancher/k3s/registries.yaml',
  nodeConfig: '/etc/rancher/k3s/config.yaml',
  dataDirectory: '/var/lib/rancher/k3s',
  processes: ['k3s', 'k3s-server', 'k3s-agent'],
  unit: 'k3s',
}

export const RKE2: Distribution = {
  name: 'rke2',
  title: 'RKE2',
  config: '/etc/rancher/rke2/registries.yaml',
  nodeConfig: '/etc/rancher/rke2/config.yaml',
  dataDirectory: '/var/lib/rancher/rke2',
  processes: ['rke2'],
  unit: 'rke2-server',
}

export const DISTRIBUTIONS: readonly Distribution[] = [K3S, RKE2]

/** The one whose usual directory a file is in. */
export function distributionOf(config: string): Distribution {
  return config.startsWith('/etc/rancher/rke2/') ? RKE2 : K3S
}
