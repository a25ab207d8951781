/** Runtimes of the list that a user does not have. Reads, never writes. */
import type { Notice } from '../model/report.ts'
import { detectTarget } from '../targets/detect-target.ts'
import type { View } from '../targets/view.ts'
import type { Rendered } from './plan-target.ts'

/** Without sudo, for a runtime that root runs, the files would have no reader. */
export async function absentNotices(
  targets: readonly Pick<Rendered, 'name' | 'target'>[],
  view: View,
): Promise<readonly Notice[]> {
  if (view.user === undefined) return []
  const notices: Notice[] = []
  for (const { name, target } of targets) {
    if ((await detectTarget(target, view)) !== undefined) continue
    const message = `regmirror does not find ${target.title} for this user; to configure ${target.title} of this machine, run regmirror as root`
    notices.push({ code: 'runtime_not_found', message, target: name })
  }
  return notices
}
