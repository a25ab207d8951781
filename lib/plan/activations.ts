/** Which runtimes must be reloaded or restarted before every change takes effect. Pure. */
import type { Activation } from '../model/activation.ts'
import type { Effect } from '../model/report.ts'
import { activationCommand } from '../targets/activation-command.ts'
import type { Daemon } from '../targets/daemon.ts'
import type { Target } from '../targets/target.ts'
import type { View } from '../targets/view.ts'
import type { Step } from './step.ts'

export interface Activations {
  /** Also of a runtime that must be restarted: a command that may only reload does that. */
  readonly reload: readonly Reload[]
  readonly restart: readonly Activation[]
}

/** `signal`: what its process receives; undefined: systemd reloads its unit. */
export interface Reload extends Activation {
  readonly signal?: 'SIGHUP'
}

/** What these effects need; `daemon`: the one that runs on this machine. */
export function neededActivations(
  name: string,
  { daemon: { activate } }: Pick<Target, 'daemon'>,
  effects: ReadonlySet<Effect>,
  { machine, user }: Pick<View, 'machine' | 'user'>,
  daemon?: Daemon,
): Activations {
  // In an image no daemon can be seen.
  const condition = machine !== undefined ? {} : { why: 'only if it already runs from this tree' }
  const activation = <Action extends keyof Activations>(action: Action) => {
    const how = effects.has(action) ? activate[action] : undefined
    const command = activationCommand(action, activate, daemon, user !== undefined)
    return how && command ? [{ target: name, ...how, command, ...condition }] : []
  }
  return { reload: activation('reload'), restart: activation('restart') }
}

/** The reloads for a report: a restart reads every file. */
export function withoutRestarted({ reload, restart }: Activations): readonly Activation[] {
  const isRestarted = (name: string) => restart.some(({ target }) => target === name)
  return reload
    .filter(({ target }) => !isRestarted(target))
    .map(({ target, command, why }) => ({ target, command, why }))
}

/** The effects of these steps, and those that are still pending. */
export function collectEffects(
  steps: readonly Step[],
  pending: ReadonlySet<Effect> = new Set(),
): ReadonlySet<Effect> {
  return new Set<Effect>([...steps.map(({ effect }) => effect), ...pending])
}

/** Whether there may be a daemon to reload or restart: one that starts later reads the new files. */
export function mayRun({ state }: Daemon, { machine }: Pick<View, 'machine'>): boolean {
  return machine === undefined || state === 'running'
}
