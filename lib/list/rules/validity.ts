/** Which parts of a list have the right shape, so that the rules may read them. Pure. */
import type { Path } from '../../model/problem.ts'
import type { SchemaProblem } from '../schema/schema-problem.ts'
import { pathKey } from '../written.ts'

/** Whether the value at a path, or below a key of it, has the right shape with everything in it, if there is one. */
export type IsValid = (path: Path, key?: string) => boolean

export function validityAfter(problems: readonly SchemaProblem[]): IsValid {
  if (problems.length === 0) return () => true
  const invalid = new Set<string>()
  for (const { path, about, atKey } of problems) {
    for (let i = 0; i <= path.length; i++) invalid.add(pathKey(path.slice(0, i)))
    if (about !== undefined) invalid.add(pathKey([...(atKey ? path.slice(0, -1) : path), about]))
  }
  return (path, key) => !invalid.has(pathKey(key === undefined ? path : [...path, key]))
}
