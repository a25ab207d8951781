/** Files of runtimes that import reads, by their kinds, and where a node has them. */
import { readBuildkitdToml } from './buildkit/read/buildkitd-toml.ts'
import { readConfigToml, readHostsToml } from './containerd/read/documents.ts'
import { readRegistriesConf } from './containers/read/registries-conf.ts'
import { readDaemonJson } from './docker/read/daemon-json.ts'
import type { ReadDocument } from './file-document.ts'
import { readRegistriesYaml } from './k3s/read/registries-yaml.ts'
import { readTalos } from './k3s/read/talos.ts'

interface FileKind {
  readonly format: 'toml' | 'yaml' | 'json'
  readonly read: ReadDocument
  /** Files of a node that no target reads; a directory stands for the files in it with this ending. */
  readonly paths: readonly (string | { readonly directory: string; readonly ending: string })[]
}

export const fileKinds = {
  'hosts.toml': { format: 'toml', read: readHostsToml, paths: [] },
  'config.toml': { format: 'toml', read: readConfigToml, paths: [] },
  'registries.yaml': {
    format: 'yaml',
    read: readRegistriesYaml,
    paths: ['/etc/rancher/k3s/registries.yaml', '/etc/rancher/rke2/registries.yaml'],
  },
  talos: { format: 'yaml', read: readTalos, paths: [] },
  'daemon.json': { format: 'json', read: readDaemonJson, paths: ['/etc/docker/daemon.json'] },
  'registries.conf': {
    format: 'toml',
    read: readRegistriesConf,
    paths: [
      '/etc/containers/registries.conf',
      { directory: '/etc/containers/registries.conf.d', ending: '.conf' },
    ],
  },
  'buildkitd.toml': { format: 'toml', read: readBuildkitdToml, paths: ['/etc/buildkit/buildkitd.toml'] },
} as const satisfies Readonly<Record<string, FileKind>>

export type FileKindName = keyof typeof fileKinds
