/** `[targets.toy]`: where its files are. */
import path from 'node:path'
import { absolutePathProblem } from '../../../lib/model/plain-path.ts'
import type { Path, Problem } from '../../../lib/model/problem.ts'
import type { TargetSettings } from '../../../lib/model/target-settings.ts'
import { findOwner } from '../../../lib/ownership/protected-paths.ts'

export interface ToySettings {
  /** Undefined: the usual one. */
  readonly config: string | undefined
  readonly mirrorsDir: string | undefined
}

export const DEFAULTS = { config: '/etc/buildkit-toy/toy.json', mirrors_dir: '/etc/buildkit-toy/mirrors' }

const pathSchema = (description: string, example: string) => ({
  title: 'a path',
  description,
  type: 'string',
  default: example,
})

export const toySettings: TargetSettings<ToySettings> = {
  schema: {
    title: 'a table',
    description: 'The files of toy.',
    type: 'object',
    additionalProperties: false,
    properties: {
      config: pathSchema('Main configuration file of toy.', DEFAULTS.config),
      mirrors_dir: pathSchema('Directory with one file for each registry.', DEFAULTS.mirrors_dir),
    },
  },
  check(written, at) {
    const { config, mirrors_dir } = { ...DEFAULTS, ...written }
    const isJson = config.endsWith('.json')
    return [
      ...placeProblems(config, [...at, 'config']),
      ...(isJson ? [] : [{ path: [...at, 'config'], message: 'must end in ".json"' }]),
      ...placeProblems(mirrors_dir, [...at, 'mirrors_dir']),
    ]
  },
  resolve(written) {
    const { config, mirrors_dir } = written
    const normal = (file: unknown) => (typeof file === 'string' ? path.posix.normalize(file) : undefined)
    return { config: normal(config), mirrorsDir: normal(mirrors_dir) }
  },
}

function placeProblems(file: string, at: Path): readonly Problem[] {
  const problem = absolutePathProblem(file)
  if (problem !== undefined) return [{ path: at, ...problem }]
  const owner = findOwner(file)
  return owner === undefined ? [] : [{ path: at, message: `belongs to ${owner}` }]
}
