/** How one target is looked at where nothing is written. */
import { detectTarget } from './detect-target.ts'
import type { TargetAbout } from './target.ts'
import type { View } from './view.ts'

/**
 * The user's where the target can be that: the list names it, regmirror has written its files, or it is there for the user.
 * Else the machine's.
 */
export async function viewFor(
  name: string,
  target: Pick<TargetAbout, 'rootless' | 'detect'>,
  isListed: boolean,
  view: View,
): Promise<View> {
  const { user, ...ofMachine } = view
  if (user === undefined || target.rootless !== true) return ofMachine
  const isManaged = Object.values(view.state.files).some(written => written.target === name)
  return isListed || isManaged || (await detectTarget(target, view)) !== undefined ? view : ofMachine
}
