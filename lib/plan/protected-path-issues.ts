/** Steps that would write to files of other parts of the system, because a path or a link on the node leads there. */
import type { Issue } from '../model/errors.ts'
import { findOwner } from '../ownership/protected-paths.ts'
import { mapConcurrently } from '../system/concurrency.ts'
import type { Reader } from '../system/reader.ts'
import type { Step } from './step.ts'

/** Issues by the real paths of the steps, links followed. `pathKeys` are the settings that decide the paths of the target. */
export async function protectedPathIssues(
  steps: readonly Step[],
  pathKeys: readonly string[],
  node: Reader,
): Promise<readonly Issue[]> {
  const writes = steps.filter(step => step.after !== undefined)
  const found = await mapConcurrently(writes, async step =>
    issueOf(step, pathKeys, await node.real(step.path)),
  )
  return found.filter(issue => issue !== undefined)
}

function issueOf({ target, path: file }: Step, pathKeys: readonly string[], real: string): Issue | undefined {
  const owner = findOwner(real)
  if (owner === undefined) return undefined
  const message = real === file ? `belongs to ${owner}` : `leads to ${real}, which belongs to ${owner}`
  const hint = `set another ${pathKeys.join(' or ')} in [targets.${target}], or remove the link`
  return { file, message, hint }
}
