/** `[targets.containers]`: where the files are, and the release of Podman. Pure. */
import path from 'node:path'
import { absolutePathProblem } from '../../model/plain-path.ts'
import type { Refused } from '../../model/refused.ts'
import type { WrittenTable } from '../../model/registry.ts'
import type { JsonSchema, TargetSettings } from '../../model/target-settings.ts'
import { findOwner } from '../../ownership/protected-paths.ts'

export const DEFAULT_CONFIG_DIR = '/etc/containers'

export interface ContainersSettings {
  /** The directory of registries.conf.d and certs.d; undefined: the usual one of the system, or of the user. */
  readonly configDir: string | undefined
  /** `5.8` or `5.8.6`; undefined: the release that the node has. */
  readonly version: string | undefined
}

const schema: JsonSchema = {
  title: 'a table',
  description: 'The files of Podman, Buildah, Skopeo and CRI-O, and the version of Podman.',
  type: 'object',
  additionalProperties: false,
  properties: {
    config_dir: {
      title: 'a path',
      description:
        'Directory of registries.conf.d and certs.d: a plain absolute path, outside the directories of other programs. Where a user runs regmirror, the default is ~/.config/containers.',
      type: 'string',
      default: DEFAULT_CONFIG_DIR,
    },
    version: {
      title: 'a version such as "5.8" or "4.3.1"',
      description:
        'Version of Podman, which also stands for Buildah, Skopeo and CRI-O of the same time. Default: the version on the node, except under --root.',
      type: 'string',
      pattern: '^\\d+\\.\\d+(\\.\\d+)?$',
      examples: ['5.8', '4.3.1'],
    },
  },
}

export const containersSettings: TargetSettings<ContainersSettings> = {
  schema,
  check(written, at) {
    const { configDir } = readWritten(written)
    const problem = configDir === undefined ? undefined : placeProblem(configDir)
    return problem === undefined ? [] : [{ path: [...at, 'config_dir'], ...problem }]
  },
  resolve(written) {
    const { configDir, version } = readWritten(written)
    return { configDir: configDir && path.posix.normalize(configDir).replace(/\/$/, ''), version }
  },
}

function readWritten({ config_dir, version }: WrittenTable): ContainersSettings {
  return {
    configDir: typeof config_dir === 'string' ? config_dir : undefined,
    version: typeof version === 'string' ? version : undefined,
  }
}

/** Root writes there what a list says, so the path must not be one of another program. */
function placeProblem(directory: string): Refused | undefined {
  const problem = absolutePathProblem(directory)
  const owner = problem === undefined ? findOwner(`${directory}/registries.conf.d/x.conf`) : undefined
  if (owner === undefined) return problem
  return {
    message: `belongs to ${owner}`,
    hint: `use a directory of containers, such as ${DEFAULT_CONFIG_DIR}`,
  }
}
