/** Which runtimes must be reloaded or restarted before every change takes effect. */
import type { Activation } from '../model/activation.ts'
import type { Effect } from '../model/report.ts'
import type { Daemon } from '../targets/daemon.ts'
import type { Target } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import { isPending } from './pending-restart.ts'
import type { Step } from './step.ts'

export interface Activations {
  readonly reload: readonly Activation[]
  readonly restart: readonly Activation[]
}

/** What these effects need; `daemon`: the one that runs on this machine. */
export function neededActivations(
  name: string,
  { daemon: { activate } }: Target,
  effects: ReadonlySet<Effect>,
  { machine, user }: Pick<View, 'machine' | 'user'>,
  daemon?: Daemon,
): Activations {
  // In an image no daemon can be seen.
  const condition = machine !== undefined ? {} : { why: 'only if it already runs from this tree' }
  const activation = (action: keyof Activations): readonly Activation[] => {
    const how = effects.has(action) ? activate[action] : undefined
    const own = action === 'restart' && daemon?.state === 'running' ? daemon.restart : undefined
    if (how === undefined) return []
    const command = own ?? ofScope(how.command, user)
    return [{ target: name, ...how, command, ...condition }]
  }
  const restart = activation('restart')
  // A restart reads every file.
  return { reload: restart.length > 0 ? [] : activation('reload'), restart }
}

/** A user's daemon is a unit of the user's systemd. */
function ofScope(command: string, user: View['user']): string {
  return user === undefined ? command : command.replace(/^systemctl /, 'systemctl --user ')
}

/** The effects of these steps, and of a restart that is still pending. */
export function collectEffects(steps: readonly Step[], pending = false): ReadonlySet<Effect> {
  return new Set<Effect>([...steps.map(({ effect }) => effect), ...(pending ? (['restart'] as const) : [])])
}

/** Whether there may be a daemon to reload or restart: one that starts later reads the new files. */
export function mayRun({ state }: Daemon, { machine }: Pick<View, 'machine'>): boolean {
  return machine === undefined || state === 'running'
}

/** Whether the daemon was started before regmirror wrote a file that needs a restart. */
export async function isRestartPending(
  name: string,
  daemon: Daemon,
  { machine, state }: Pick<View, 'machine' | 'state'>,
): Promise<boolean> {
  const written = Object.values(state.files).filter(({ effect }) => effect === 'restart')
  const restored = Object.values(state.restored ?? {})
  const files = [...written, ...restored].filter(({ target }) => target === name)
  if (machine === undefined || daemon.state !== 'running' || files.length === 0) return false
  const clock = { ...(await machine.bootClock()), now: machine.now() }
  return files.some(file => isPending(file, daemon.startedAt, clock))
}
