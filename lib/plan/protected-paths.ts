/** What a plan would write among the files of others, because a link or config_path of the node leads there. */
import type { Issue } from '../model/errors.ts'
import { ownerOf } from '../ownership/protected-paths.ts'
import { mapConcurrently } from '../system/concurrency.ts'
import type { Reader } from '../system/files.ts'
import type { Step } from './step.ts'

/** Why steps may not be done: by where their paths lead on the node, and not only by how they are spelled. */
export async function protectedPathIssues(steps: readonly Step[], node: Reader): Promise<readonly Issue[]> {
  const writes = steps.filter(step => step.after !== undefined)
  const found = await mapConcurrently(writes, async ({ path }) => issueOf(path, await node.real(path)))
  return found.filter(issue => issue !== undefined)
}

function issueOf(file: string, real: string): Issue | undefined {
  const owner = ownerOf(real)
  if (owner === undefined) return undefined
  const message = real === file ? `belongs to ${owner}` : `leads to ${real}, which belongs to ${owner}`
  const hint = 'name another config or hosts_dir in [targets.containerd], or remove the link'
  return { file, message, hint }
}
