/** Nodes whose mirror is not used, or only by chance: what doctor finds, and what cures them. */

/** Files of a node by their path, without the mirror that every node has. */
type Files = Readonly<Record<string, string>>

export interface BrokenNode {
  readonly title: string
  /** Releases of containerd that it is tried on. */
  readonly since: RegExp
  /** The code of the finding. */
  readonly code: string
  readonly files: Files
  /** Files of the cure; absent: `doctor --fix`. */
  readonly cured?: Files
}

const CONFIG = '/etc/containerd/config.toml'
const CRI = 'plugins."io.containerd.grpc.v1.cri"'
const IMAGES = 'plugins."io.containerd.cri.v1.images"'
const PATH = 'config_path = "/etc/containerd/certs.d"\n'
const GOOD = `version = 2\n[${CRI}.registry]\n${PATH}`

export const brokenNodes: readonly BrokenNode[] = [
  {
    title: 'config_path is not set',
    since: /./,
    code: 'config_path_unset',
    files: { [CONFIG]: 'version = 2\n' },
    cured: { [CONFIG]: GOOD },
  },
  {
    title: 'config_path is a list, and the transfer service pulls',
    since: /^2/,
    code: 'config_path_list',
    files: { [CONFIG]: GOOD.replace('certs.d"', 'certs.d:/etc/docker/certs.d"') },
    cured: { [CONFIG]: GOOD },
  },
  {
    title: 'a file without version has tables of version 2',
    since: /^1/,
    code: 'config_table_ignored',
    files: { [CONFIG]: GOOD.replace('version = 2\n', '') },
  },
  {
    title: 'a file without version on 2.0 to 2.2',
    since: /^2\.[012]\./,
    code: 'config_version',
    files: { [CONFIG]: GOOD.replace('version = 2\n', '') },
  },
  {
    title: 'config.toml starts with a byte order mark',
    since: /^2/,
    code: 'config_bom',
    // The tree is written as Latin-1.
    files: { [CONFIG]: `\xef\xbb\xbf${GOOD}` },
  },
  {
    title: 'an empty registry.mirrors entry is left',
    since: /./,
    code: 'legacy_tables',
    files: { [CONFIG]: `${GOOD}[${CRI}.registry.mirrors."docker.io"]\n` },
  },
  {
    title: 'a drop-in of version 3 below a file of version 2',
    since: /^2/,
    code: 'drop_in_version',
    files: {
      [CONFIG]: `imports = ["/etc/containerd/conf.d/*.toml"]\n${GOOD}`,
      '/etc/containerd/conf.d/a.toml': `version = 3\n[${IMAGES}]\nmax_concurrent_downloads = 3\n`,
    },
    cured: { '/etc/containerd/conf.d/a.toml': `version = 2\n[${CRI}]\nmax_concurrent_downloads = 3\n` },
  },
  {
    title: 'a drop-in replaces the CRI section',
    since: /^1/,
    code: 'drop_in_replaces',
    files: {
      [CONFIG]: `imports = ["/etc/containerd/conf.d/a.toml"]\n${GOOD}`,
      '/etc/containerd/conf.d/a.toml': `version = 2\n[${CRI}]\nmax_container_log_line_size = 4096\n`,
    },
    cured: { '/etc/containerd/conf.d/a.toml': 'version = 2\n' },
  },
  {
    title: 'config_path is in a drop-in that nothing imports',
    since: /./,
    code: 'drop_in_not_imported',
    files: { [CONFIG]: 'version = 2\n', '/etc/containerd/conf.d/a.toml': GOOD },
    cured: { [CONFIG]: 'version = 2\nimports = ["/etc/containerd/conf.d/*.toml"]\n' },
  },
  {
    title: 'config_path is that of the transfer service',
    since: /^2/,
    code: 'transfer_config_path',
    files: { [CONFIG]: `version = 2\n[plugins."io.containerd.transfer.v1.local"]\n${PATH}` },
    cured: { [CONFIG]: GOOD },
  },
  {
    title: 'config_path names another directory',
    since: /^2/,
    code: 'config_path_elsewhere',
    files: { [CONFIG]: GOOD.replace('/etc/containerd/certs.d', '/etc/mirrors') },
    cured: { [CONFIG]: GOOD },
  },
  {
    title: 'a drop-in empties config_path',
    since: /^2/,
    code: 'config_path_overridden',
    files: {
      [CONFIG]: `imports = ["/etc/containerd/conf.d/a.toml"]\n${GOOD}`,
      '/etc/containerd/conf.d/a.toml': GOOD.replace('/etc/containerd/certs.d', ''),
    },
    cured: { '/etc/containerd/conf.d/a.toml': 'version = 2\n' },
  },
  {
    title: 'config_path is a placeholder',
    since: /^1/,
    code: 'config_path_unusable',
    files: { [CONFIG]: GOOD.replace('/etc/containerd', '/{{ name }}') },
    cured: { [CONFIG]: GOOD },
  },
  {
    title: 'a plugin is disabled by its short name',
    since: /^1/,
    code: 'plugin_name',
    files: { [CONFIG]: `disabled_plugins = ["aufs"]\n${GOOD}` },
    cured: { [CONFIG]: `disabled_plugins = ["io.containerd.snapshotter.v1.aufs"]\n${GOOD}` },
  },
]
