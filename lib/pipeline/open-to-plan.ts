/** The node for a plan that is only shown: the state of regmirror may be unreadable, as it is for all users but root. */
import { isDenied } from '../model/errors.ts'
import type { Notice } from '../model/report.ts'
import type { World } from '../model/world.ts'
import { refuseForeignState } from '../ownership/state-trust.ts'
import type { Reader } from '../system/reader.ts'
import { withoutDirectory } from '../system/without-directory.ts'
import { type NodeOptions, openReadable } from './open.ts'

interface NodeToPlan {
  readonly node: Reader
  readonly notices: readonly Notice[]
}

/** With `check`, the exit code is the result, and must not follow from a part of the node: an unreadable state is an error. */
export async function openToPlan(
  { check, ...options }: NodeOptions & { readonly check: boolean },
  { uid }: Pick<World, 'uid'>,
): Promise<NodeToPlan> {
  const node = await openReadable(options)
  try {
    await refuseForeignState(node, uid)
    return { node, notices: [] }
  } catch (error) {
    if (check || !isDenied(error)) throw error
    const { directory } = node.statePaths
    return { node: withoutDirectory(node, directory), notices: [unreadable(directory)] }
  }
}

function unreadable(file: string): Notice {
  const message =
    'this user cannot read the state of regmirror, so this plan may be wrong about files that leave the list, pending restarts and unhealthy mirrors; run regmirror plan as root'
  return { code: 'state_unreadable', message, file }
}
