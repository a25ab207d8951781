/** Where programs that write config.toml take its content from. Pure. */

export const RANCHER_TEMPLATE = 'config.toml.tmpl in the same directory (containerd 2: config-v3.toml.tmpl)'

const TEMPLATES: Readonly<Record<string, string>> = {
  k3s: rancherTemplate('k3s'),
  rke2: rancherTemplate('rke2'),
  k0s: 'set config_path in a file in /etc/k0s/containerd.d',
  microk8s: 'set config_path in containerd-template.toml in the same directory',
  talos: 'set the mirrors in the machine configuration',
}

/** What to do instead of editing the file of this program. */
export function templateOf(program: string): string | undefined {
  return TEMPLATES[program]
}

/** There is a template for each version of the file; it starts with the program's own content (k3s pkg/agent/templates). */
function rancherTemplate(program: string): string {
  return `set config_path in ${RANCHER_TEMPLATE} after {{ template "base" . }}; set the mirrors in /etc/rancher/${program}/registries.yaml`
}
