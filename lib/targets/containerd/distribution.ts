/** Programs that bring their own containerd and write its config.toml, and where mirrors are set with them instead. Pure. */

export type Distribution = 'k3s' | 'rke2' | 'microk8s' | 'k0s' | 'docker' | 'talos' | 'bottlerocket'

interface Mark {
  readonly name: Distribution
  /** The name of the process that starts it. */
  readonly parent?: RegExp
  readonly config: RegExp
}

/** The first that fits counts; a data directory may be anywhere, so the parent is a mark of its own. */
const MARKS: readonly Mark[] = [
  { name: 'rke2', parent: /^rke2\b/, config: /\/rancher\/rke2\/agent\/etc\/containerd\// },
  { name: 'k3s', parent: /^k3s\b/, config: /\/rancher\/k3s\/agent\/etc\/containerd\// },
  { name: 'k0s', parent: /^k0s\b/, config: /^\/(etc|run)\/k0s\// },
  { name: 'microk8s', config: /^\/var\/snap\/microk8s\// },
  { name: 'docker', parent: /^dockerd\b/, config: /\/docker\/containerd\/containerd\.toml$/ },
  { name: 'talos', config: /^\/etc\/cri\/containerd\.toml$/ },
  { name: 'bottlerocket', config: /^\/etc\/host-containerd\// },
]

/** By its config file and the name of its parent; undefined for a containerd of its own. */
export function distributionOf(config: string, parent: string | undefined): Distribution | undefined {
  const fits = ({ parent: name, config: place }: Mark) =>
    place.test(config) || (parent !== undefined && name?.test(parent) === true)
  return MARKS.find(fits)?.name
}

/** The containerd that dockerd starts serves no CRI: dockerd disables the plugin in the file that it writes. */
export function isDockersOwn({ distribution }: { readonly distribution?: Distribution }): boolean {
  return distribution === 'docker'
}
