/** `[targets.buildkit]`: the file of BuildKit, and its release. Pure. */
import type { Place } from '../../model/registry.ts'
import type { TargetSettings } from '../../model/target-settings.ts'
import { fileProblems, tidyPath } from '../file-setting.ts'
import type { RootlessUser } from '../view.ts'

export interface BuildkitSettings {
  /** Path of buildkitd.toml; undefined: the usual one. */
  readonly config: string | undefined
  /** `0.32` or `0.32.2`; undefined: that of the node, else the newest. */
  readonly version: string | undefined
  readonly place: Place
}

/** util/appdefaults/appdefaults_unix.go:13@v0.32.2 */
export const DEFAULT_CONFIG = '/etc/buildkit/buildkitd.toml'

export const buildkitSettings: TargetSettings<BuildkitSettings> = {
  schema: {
    title: 'a table',
    description: 'The file of BuildKit, and its version.',
    type: 'object',
    additionalProperties: false,
    properties: {
      config: {
        title: 'a path',
        description:
          'Configuration file of buildkitd: a plain absolute path that ends in .toml. Default: /etc/buildkit/buildkitd.toml, or ~/.config/buildkit/buildkitd.toml of the user who runs regmirror without root.',
        type: 'string',
        examples: [DEFAULT_CONFIG],
      },
      version: {
        title: 'a version such as "0.32" or "0.32.2"',
        description:
          'Version of BuildKit. Default: the version of the buildkitd that runs, except under --root.',
        type: 'string',
        pattern: '^\\d+\\.\\d+(\\.\\d+)?$',
        examples: ['0.32', '0.12.5'],
      },
    },
  },
  check: ({ config }, at) =>
    fileProblems(config, [...at, 'config'], { extension: '.toml', directory: '/etc/buildkit' }),
  resolve: ({ config, version }, place) => ({
    config: tidyPath(config),
    version: typeof version === 'string' ? version : undefined,
    place,
  }),
}

/** The file that buildkitd reads where no flag names one (cmd/buildkitd/main.go defaultConfigPath@v0.32.2). */
export function configPath({ config }: Pick<BuildkitSettings, 'config'>, user?: RootlessUser): string {
  return config ?? (user === undefined ? DEFAULT_CONFIG : `${user.configHome}/buildkit/buildkitd.toml`)
}
