/** A setting of a target that names a file of its runtime: where it may be, and what it must end in. Pure. */
import path from 'node:path'
import { absolutePathProblem } from '../model/plain-path.ts'
import type { Path, Problem } from '../model/problem.ts'
import type { Refused } from '../model/refused.ts'
import { findOwner } from '../ownership/protected-paths.ts'

interface FileRules {
  /** The runtime reads one format; a file with another extension may be run or read by another program. */
  readonly extension?: string
  /** A directory of the runtime, for the remedy. */
  readonly directory: string
}

/** Root writes there what a list says, so the path must not be a file of another program. */
export function fileProblems(
  file: unknown,
  at: Path,
  { extension, directory }: FileRules,
): readonly Problem[] {
  if (typeof file !== 'string') return []
  const problem =
    absolutePathProblem(file) ?? ownerProblem(file, directory) ?? extensionProblem(file, extension)
  return problem === undefined ? [] : [{ path: at, ...problem }]
}

function ownerProblem(file: string, directory: string): Refused | undefined {
  const owner = findOwner(file)
  if (owner === undefined) return undefined
  return { message: `belongs to ${owner}`, hint: `use a directory such as ${directory}` }
}

function extensionProblem(file: string, extension: string | undefined): Refused | undefined {
  if (extension === undefined || file.endsWith(extension)) return undefined
  return { message: `must end in "${extension}"`, hint: 'write the path of the configuration file' }
}

/** A path as regmirror uses it; undefined where the list has none. */
export function tidyPath(file: unknown): string | undefined {
  return typeof file === 'string' ? path.posix.normalize(file).replace(/\/$/, '') : undefined
}
