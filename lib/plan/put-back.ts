/** What files that are put back require of the daemon that reads them. The list does not name its runtime. Reads, never writes. */
import type { Target } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import { mayRun } from './activations.ts'
import type { MayActivate } from './cleared-values.ts'
import { type DaemonNeeds, findNeeds } from './daemon-needs.ts'
import { findPending } from './pending-effects.ts'
import type { Step } from './step.ts'

/** No reload and no restart where no daemon runs that reads these files. */
export async function planPutBack(
  name: string,
  target: Target,
  steps: readonly Step[],
  view: Pick<View, 'node' | 'machine' | 'state' | 'user'>,
  may: MayActivate,
): Promise<DaemonNeeds> {
  const earlier = Object.entries(view.state.restored ?? {}).filter(([, file]) => file.target === name)
  const files = [...steps.map(({ path }) => path), ...earlier.map(([path]) => path)]
  if (files.length === 0) return { steps, notices: [], reload: [], restart: [], daemons: [] }
  const daemon = await target.daemon.findReader(files, view)
  const runs = daemon.state === 'unknown' || mayRun(daemon, view)
  const pending = await findPending(name, target, daemon, view)
  return findNeeds({ name, target, daemon, runs, pending }, steps, view, may)
}
