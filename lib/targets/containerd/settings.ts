/** `[targets.containerd]`: the files of containerd, and its release. Pure. */
import path from 'node:path'
import { absolutePathProblem } from '../../model/plain-path.ts'
import type { Path, Problem } from '../../model/problem.ts'
import type { Refused } from '../../model/refused.ts'
import type { Place, WrittenTable } from '../../model/registry.ts'
import type { JsonSchema, TargetSettings } from '../../model/target-settings.ts'
import { findOwner } from '../../ownership/protected-paths.ts'
import { DEFAULT_CONFIG } from './command-line.ts'

/** Defaults are filled in where they do not depend on the node. */
export interface ContainerdSettings {
  /** Path of config.toml on the node; false: manage hosts.toml only. */
  readonly config: string | false
  /** Whether the list names that file: then regmirror writes it, whichever containerd runs. */
  readonly configNamed: boolean
  /** Undefined: what the node has set, else the usual directory. */
  readonly hostsDir: string | undefined
  /** `2.1` or `1.7.24`; undefined: the release that the node has. */
  readonly version: string | undefined
  readonly place: Place
}

/** The table as written. */
export interface WrittenContainerd {
  readonly config?: string | false
  readonly hosts_dir?: string
  readonly version?: string
}

const schema: JsonSchema = {
  title: 'a table',
  description: 'The files of containerd, and its version.',
  type: 'object',
  additionalProperties: false,
  properties: {
    config: {
      title: 'a path or false',
      description:
        'Main configuration file of containerd: a plain absolute path that ends in .toml. false: do not edit it; write only hosts.toml files.',
      type: ['string', 'boolean'],
      not: { const: true },
      default: DEFAULT_CONFIG,
    },
    hosts_dir: {
      title: 'a path',
      description:
        'Directory with one folder for each registry: a plain absolute path, outside the directories of other programs. Default: the directory that regmirror set before, else the one that the node has, else /etc/containerd/certs.d.',
      type: 'string',
      examples: ['/etc/containerd/certs.d'],
    },
    version: {
      title: 'a version such as "2.1" or "1.7.24"',
      description: 'Version of containerd. Default: the version on the node, except under --root.',
      type: 'string',
      pattern: '^\\d+\\.\\d+(\\.\\d+)?$',
      examples: ['2.1', '1.7.24'],
    },
  },
}

export const containerdSettings: TargetSettings<ContainerdSettings> = {
  schema,
  check(written, at) {
    const { config, hosts_dir } = readWritten(written)
    return [
      ...problemsAt([...at, 'config'], config === false ? undefined : config, extensionProblem),
      ...problemsAt([...at, 'hosts_dir'], hosts_dir, severalProblem),
    ]
  },
  resolve(written, place) {
    const { config, hosts_dir, version } = readWritten(written)
    return {
      config: config === false ? false : tidy(config ?? DEFAULT_CONFIG),
      configNamed: config !== undefined,
      hostsDir: hosts_dir === undefined ? undefined : tidy(hosts_dir),
      version,
      place,
    }
  },
}

/** The table by its types; what the schema has let through is kept. */
export function readWritten({ config, hosts_dir, version }: WrittenTable): WrittenContainerd {
  return {
    ...((typeof config === 'string' || config === false) && { config }),
    ...(typeof hosts_dir === 'string' && { hosts_dir }),
    ...(typeof version === 'string' && { version }),
  }
}

function problemsAt(
  at: Path,
  file: string | undefined,
  check: (file: string) => Refused | undefined,
): readonly Problem[] {
  const problem = file === undefined ? undefined : (placeProblem(file) ?? check(file))
  return problem === undefined ? [] : [{ path: at, ...problem }]
}

/** Root writes there what a list says, so the path must not be a file of another program. */
function placeProblem(file: string): Refused | undefined {
  const problem = absolutePathProblem(file)
  const owner = problem === undefined ? findOwner(file) : undefined
  if (owner === undefined) return problem
  return { message: `belongs to ${owner}`, hint: 'use a directory of containerd, such as /etc/containerd' }
}

/** containerd reads TOML; a file with another extension may be run or read by another program. */
function extensionProblem(file: string): Refused | undefined {
  if (file.endsWith('.toml')) return undefined
  return { message: 'must end in ".toml"', hint: "write the path of containerd's main configuration file" }
}

function severalProblem(hosts_dir: string): Refused | undefined {
  if (!hosts_dir.includes(':')) return undefined
  const hint = 'choose one: containerd 2.1 and later do not accept several'
  return { message: 'must be one directory, without ":"', hint }
}

function tidy(file: string): string {
  return path.posix.normalize(file).replace(/\/$/, '')
}
