/** Steps that would write to files of other parts of the system, because a path or a link on the node leads there. */
import type { Issue } from '../model/errors.ts'
import type { RootlessUser } from '../model/rootless-user.ts'
import { findOwner, type UserPlaces } from '../ownership/protected-paths.ts'
import { mapConcurrently } from '../system/concurrency.ts'
import type { Reader } from '../system/reader.ts'
import type { View } from '../targets/view.ts'
import type { Step } from './step.ts'

/** Issues by the real paths of the steps, links followed. `pathKeys` are the settings that decide the paths of the target. */
export async function protectedPathIssues(
  steps: readonly Step[],
  pathKeys: readonly string[],
  { node, user }: Pick<View, 'node' | 'user'>,
): Promise<readonly Issue[]> {
  const writes = steps.filter(step => step.after !== undefined)
  const places = user && (await realPlaces(user, node))
  const found = await mapConcurrently(writes, async step =>
    issueOf(step, pathKeys, await node.real(step.path), places),
  )
  return found.filter(issue => issue !== undefined)
}

/** A link may lead from the home directory to another place in it, such as to a folder of dotfiles. */
async function realPlaces(user: RootlessUser, node: Reader): Promise<UserPlaces> {
  const [home, configHome, dataHome, stateHome] = await Promise.all(
    [user.home, user.configHome, user.dataHome, user.stateHome].map(directory => node.real(directory)),
  )
  return { home, configHome, dataHome, stateHome } as UserPlaces
}

function issueOf(
  { target, path: file }: Step,
  pathKeys: readonly string[],
  real: string,
  places: UserPlaces | undefined,
): Issue | undefined {
  const owner = findOwner(real, places)
  if (owner === undefined) return undefined
  const message = real === file ? `belongs to ${owner}` : `leads to ${real}, which belongs to ${owner}`
  const hint = `set another ${pathKeys.join(' or ')} in [targets.${target}], or remove the link`
  return { file, message, hint }
}
