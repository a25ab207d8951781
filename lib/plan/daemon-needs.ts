/** What the steps of a target require of its daemon. Pure. */
import type { Effect, Notice } from '../model/report.ts'
import type { Daemon } from '../targets/daemon.ts'
import type { Target } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import { type Activations, collectEffects, neededActivations } from './activations.ts'
import { keptNotices, type MayActivate, withClears } from './cleared-values.ts'
import type { Pending } from './pending-effects.ts'
import type { Step } from './step.ts'

/** A daemon, and what it has not read yet. */
export interface StepReader {
  readonly name: string
  readonly target: Pick<Target, 'title' | 'daemon'>
  readonly daemon: Daemon
  /** Whether there may be one that has read the files. */
  readonly runs: boolean
  readonly pending: Pending
}

export interface DaemonNeeds extends Activations {
  /** With what it must read before keys go. */
  readonly steps: readonly Step[]
  readonly notices: readonly Notice[]
  readonly daemons: readonly { readonly target: string; readonly daemon: Daemon }[]
}

export function findNeeds(
  { name, target, daemon, runs, pending }: StepReader,
  steps: readonly Step[],
  view: Pick<View, 'machine' | 'state' | 'user'>,
  may: MayActivate,
): DaemonNeeds {
  const known = { runs, restarts: target.daemon.activate.restart !== undefined, unread: pending.unread }
  const cleared = steps.map(step => withClears(step, view.state.files[step.path], known, may))
  const effects = runs ? collectEffects(cleared, pending.effects) : new Set<Effect>()
  const activations = neededActivations(name, target, effects, view, daemon)
  return {
    steps: cleared,
    notices: keptNotices(cleared, target.title, activations.restart[0]?.command),
    daemons: view.machine === undefined ? [] : [{ target: name, daemon }],
    ...activations,
  }
}
