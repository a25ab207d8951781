/** Which runtimes must be reloaded or restarted before every change takes effect. */
import type { Activation, Effect } from '../model/report.ts'
import type { Target, View } from '../targets/target.ts'
import { isPending } from './pending-restart.ts'
import type { Step } from './step.ts'

export interface Activations {
  readonly reload: readonly Activation[]
  readonly restart: readonly Activation[]
}

/** What these effects need. `here`: the node is this machine. */
export function neededActivations(
  name: string,
  { daemon: { activate } }: Target,
  effects: ReadonlySet<Effect>,
  here: boolean,
): Activations {
  // In an image no daemon can be seen.
  const condition = here ? {} : { why: 'only if it already runs from this tree' }
  const activation = (action: keyof Activations): readonly Activation[] => {
    const how = effects.has(action) ? activate[action] : undefined
    return how === undefined ? [] : [{ target: name, ...how, ...condition }]
  }
  const restart = activation('restart')
  // A restart reads every file.
  return { reload: restart.length > 0 ? [] : activation('reload'), restart }
}

/** The effects of these steps, and of a restart that is still pending. */
export function collectEffects(steps: readonly Step[], pending = false): ReadonlySet<Effect> {
  return new Set<Effect>([...steps.map(({ effect }) => effect), ...(pending ? (['restart'] as const) : [])])
}

/** Whether there may be a daemon to reload or restart: one that starts later reads the new files. */
export function mayRun({ daemon }: Target, snapshot: unknown, { machine }: View): boolean {
  return machine === undefined || daemon.startedAt(snapshot) !== undefined
}

/** Whether the daemon was started before regmirror wrote a file that needs a restart. */
export async function isRestartPending(
  name: string,
  { daemon }: Target,
  snapshot: unknown,
  { machine, state }: View,
): Promise<boolean> {
  const startedAt = machine && daemon.startedAt(snapshot)
  const files = Object.values(state.files).filter(
    ({ target, effect }) => target === name && effect === 'restart',
  )
  if (machine === undefined || startedAt === undefined || files.length === 0) return false
  const clock = { ...(await machine.bootClock()), now: machine.now() }
  return files.some(file => isPending(file, startedAt, clock))
}
