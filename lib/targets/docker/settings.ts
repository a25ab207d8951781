/** `[targets.docker]`: the configuration file of Docker, its version, and its image store. Pure. */
import path from 'node:path'
import { absolutePathProblem } from '../../model/plain-path.ts'
import type { Problem } from '../../model/problem.ts'
import type { Refused } from '../../model/refused.ts'
import type { Place, WrittenTable } from '../../model/registry.ts'
import type { JsonSchema, TargetSettings } from '../../model/target-settings.ts'
import { findOwner } from '../../ownership/protected-paths.ts'

/** Where Docker keeps images: with a graph driver such as overlay2, or in containerd. */
export type Store = 'graphdriver' | 'containerd'

export interface DockerSettings {
  /** Path of daemon.json on the node; undefined: the usual one of the system or of the user. */
  readonly config: string | undefined
  /** `28.5` or `28.5.2`; undefined: the release that the node has. */
  readonly version: string | undefined
  /** Undefined: the store that the node has. */
  readonly store: Store | undefined
  readonly place: Place
}

export const DEFAULT_CONFIG = '/etc/docker/daemon.json'

const schema: JsonSchema = {
  title: 'a table',
  description: 'The configuration file of Docker, its version, and its image store.',
  type: 'object',
  additionalProperties: false,
  properties: {
    config: {
      title: 'a path',
      description: `Configuration file of dockerd: a plain absolute path that ends in .json. Default: ${DEFAULT_CONFIG}; for rootless Docker ~/.config/docker/daemon.json.`,
      type: 'string',
      examples: [DEFAULT_CONFIG],
    },
    version: {
      title: 'a version such as "28.5" or "28.5.2"',
      description: 'Version of Docker Engine. Default: the version on the node, except under --root.',
      type: 'string',
      pattern: '^\\d+\\.\\d+(\\.\\d+)?$',
      examples: ['28.5', '20.10.24'],
    },
    store: {
      title: '"graphdriver" or "containerd"',
      description:
        'Image store of Docker: graphdriver (such as overlay2) reads mirrors of docker.io from daemon.json; containerd reads hosts.toml, from version 28. Default: the store on the node.',
      enum: ['graphdriver', 'containerd'],
    },
  },
}

export const dockerSettings: TargetSettings<DockerSettings> = {
  schema,
  check(written, at) {
    const { config } = readWritten(written)
    const problem = config === undefined ? undefined : configProblem(config)
    return problem === undefined ? [] : [{ path: [...at, 'config'], ...problem } satisfies Problem]
  },
  resolve(written, place) {
    const { config, version, store } = readWritten(written)
    return {
      config: config === undefined ? undefined : path.posix.normalize(config).replace(/\/$/, ''),
      ...{ version, store, place },
    }
  },
}

/** What the schema has let through. */
function readWritten({ config, version, store }: WrittenTable): Omit<DockerSettings, 'place'> {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return {
    config: text(config),
    version: text(version),
    store: store === 'graphdriver' || store === 'containerd' ? store : undefined,
  }
}

/** Root writes there what a list says, so the path must not be a file of another program. */
function configProblem(file: string): Refused | undefined {
  const problem = absolutePathProblem(file)
  if (problem !== undefined) return problem
  const owner = findOwner(file)
  if (owner !== undefined)
    return { message: `belongs to ${owner}`, hint: 'use a file of Docker, such as /etc/docker/daemon.json' }
  if (file.endsWith('.json')) return undefined
  return { message: 'must end in ".json"', hint: 'write the path of the configuration file of dockerd' }
}
