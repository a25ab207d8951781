/** `[targets.nerdctl]`: the file of nerdctl, and the directory with hosts.toml files. Pure. */
import type { Problem } from '../../model/problem.ts'
import type { Place } from '../../model/registry.ts'
import type { TargetSettings } from '../../model/target-settings.ts'
import { fileProblems, tidyPath } from '../file-setting.ts'
import type { RootlessUser } from '../view.ts'

export interface NerdctlSettings {
  /** Path of nerdctl.toml; undefined: the usual one. */
  readonly config: string | undefined
  /** Undefined: the first one that nerdctl.toml names, else the usual one. */
  readonly hostsDir: string | undefined
  /** `2.3` or `2.3.5`; undefined: that of the machine. */
  readonly version: string | undefined
  readonly place: Place
}

/** What nerdctl uses where nothing names another (pkg/defaults/defaults_linux.go:105-127@v2.3.5). */
export interface NerdctlDefaults {
  readonly config: string
  readonly hostsDirs: readonly [string, string]
}

const OF_ROOT: NerdctlDefaults = {
  config: '/etc/nerdctl/nerdctl.toml',
  hostsDirs: ['/etc/containerd/certs.d', '/etc/docker/certs.d'],
}

export function nerdctlDefaults(user: RootlessUser | undefined): NerdctlDefaults {
  if (user === undefined) return OF_ROOT
  const { configHome } = user
  return {
    config: `${configHome}/nerdctl/nerdctl.toml`,
    hostsDirs: [`${configHome}/containerd/certs.d`, `${configHome}/docker/certs.d`],
  }
}

export const nerdctlSettings: TargetSettings<NerdctlSettings> = {
  schema: {
    title: 'a table',
    description: 'The files of nerdctl, and its version.',
    type: 'object',
    additionalProperties: false,
    properties: {
      config: {
        title: 'a path',
        description:
          'Configuration file of nerdctl, as in $NERDCTL_TOML: a plain absolute path that ends in .toml. Default: /etc/nerdctl/nerdctl.toml, or ~/.config/nerdctl/nerdctl.toml of the user who runs regmirror without root.',
        type: 'string',
        examples: [OF_ROOT.config],
      },
      hosts_dir: {
        title: 'a path',
        description:
          'Directory with one folder for each registry: a plain absolute path. It becomes the first in hosts_dir of nerdctl.toml. Default: the first one there, else /etc/containerd/certs.d, or ~/.config/containerd/certs.d of the user.',
        type: 'string',
        examples: [OF_ROOT.hostsDirs[0]],
      },
      version: {
        title: 'a version such as "2.3" or "2.3.5"',
        description: 'Version of nerdctl. Default: the version on the node, except under --root.',
        type: 'string',
        pattern: '^\\d+\\.\\d+(\\.\\d+)?$',
        examples: ['2.3', '2.2.1'],
      },
    },
  },
  check: ({ config, hosts_dir }, at): readonly Problem[] => [
    ...fileProblems(config, [...at, 'config'], { extension: '.toml', directory: '/etc/nerdctl' }),
    ...fileProblems(hosts_dir, [...at, 'hosts_dir'], { directory: '/etc/containerd' }),
  ],
  resolve: ({ config, hosts_dir, version }, place) => ({
    config: tidyPath(config),
    hostsDir: tidyPath(hosts_dir),
    version: typeof version === 'string' ? version : undefined,
    place,
  }),
}
