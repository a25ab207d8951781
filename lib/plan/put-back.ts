/** What files that are put back require of the daemon that reads them. The list does not name its runtime. Reads, never writes. */
import type { Effect, Notice } from '../model/report.ts'
import type { Target } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import { type Activations, collectEffects, mayRun, neededActivations } from './activations.ts'
import { keptNotices, type MayActivate, withClears } from './cleared-values.ts'
import { findPending } from './pending-effects.ts'
import type { PlanPart } from './plan-target.ts'
import type { Step } from './step.ts'

export interface PutBack extends Activations, Pick<PlanPart, 'daemons'> {
  readonly steps: readonly Step[]
  readonly notices: readonly Notice[]
}

/** No reload and no restart where no daemon runs that reads these files. */
export async function planPutBack(
  name: string,
  target: Target,
  steps: readonly Step[],
  view: Pick<View, 'node' | 'machine' | 'state' | 'user'>,
  may: MayActivate,
): Promise<PutBack> {
  const earlier = Object.entries(view.state.restored ?? {}).filter(([, file]) => file.target === name)
  const files = [...steps.map(({ path }) => path), ...earlier.map(([path]) => path)]
  if (files.length === 0) return { steps, notices: [], reload: [], restart: [], daemons: [] }
  const daemon = await target.daemon.findReader(files, view)
  const pending = await findPending(name, target, daemon, view)
  const here = view.machine !== undefined
  const runs = daemon.state === 'unknown' || mayRun(daemon, view)
  const known = { runs, restarts: target.daemon.activate.restart !== undefined, unread: pending.unread }
  const cleared = steps.map(step => withClears(step, view.state.files[step.path], known, may))
  const effects = runs ? collectEffects(cleared, pending.effects) : new Set<Effect>()
  return {
    steps: cleared,
    notices: keptNotices(cleared, target.title),
    daemons: here ? [{ target: name, daemon }] : [],
    ...neededActivations(name, target, effects, view, daemon),
  }
}
