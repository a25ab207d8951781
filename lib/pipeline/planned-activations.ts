/** The daemons that a plan needs to reload or restart, for a command that may do so. Pure. */
import type { DaemonActivation } from '../apply/daemon-activation.ts'
import type { Activation } from '../model/activation.ts'
import { Failure, type Issue } from '../model/errors.ts'
import type { Plan } from '../plan/plan.ts'

export interface ActivateOptions {
  /** Also what only needs a reload. */
  readonly restart?: boolean
  readonly reload?: boolean
}

type Planned = Pick<Plan, 'restart' | 'reload' | 'daemons'>

/** Throws Failure `conflict` where regmirror cannot do what the options allow. `command` is that of regmirror. */
export function plannedActivations(
  { restart, reload, daemons }: Planned,
  options: ActivateOptions,
  command: string,
): readonly DaemonActivation[] {
  const restarts = options.restart ? restart : []
  const isRestarted = ({ target }: Activation) => restarts.some(other => other.target === target)
  const reloads = options.restart || options.reload ? reload.filter(one => !isRestarted(one)) : []
  const needed = [
    ...restarts.map(one => ({ one, action: 'restart' as const })),
    ...reloads.map(one => ({ one, action: 'reload' as const })),
  ]
  const found = needed.map(({ one, action }) => activationOf(one, action, daemons))
  const issues = found.filter(item => 'problem' in item).map(item => byHand(item, command))
  if (issues.length > 0) throw new Failure('conflict', issues)
  return found.filter(item => 'pid' in item)
}

/** The reloads of a plan that regmirror can do. */
export function possibleReloads({ reload, daemons }: Planned): readonly DaemonActivation[] {
  return reload.map(one => activationOf(one, 'reload', daemons)).filter(item => 'pid' in item)
}

/** Why regmirror cannot do it, and what a person can do. */
interface ByHand {
  readonly problem: string
  readonly action: DaemonActivation['action']
  readonly remedy: string
}

function activationOf(
  { target, command, signal }: Activation & { readonly signal?: 'SIGHUP' },
  action: DaemonActivation['action'],
  daemons: Planned['daemons'],
): DaemonActivation | ByHand {
  const daemon = daemons.find(one => one.target === target)?.daemon
  if (daemon?.state !== 'running')
    return { problem: `no running ${target} is known`, action, remedy: command }
  const { pid, unit, address, config, startedAt } = daemon
  const isSent = action === 'reload' && signal !== undefined
  const process = `${target} (process ${pid})`
  if (unit === undefined && !isSent)
    return {
      ...{ problem: `${process} runs in no unit of systemd`, action },
      remedy: `${action} it as it was started`,
    }
  if (address === undefined && action === 'restart')
    return { problem: `the socket of ${process} is not known`, action, remedy: command }
  return {
    ...{ target, action, pid, started_at: startedAt },
    ...(unit !== undefined && { unit }),
    ...(isSent && { signal }),
    ...(address !== undefined && { address }),
    ...(config !== undefined && { config }),
  }
}

function byHand({ problem, action, remedy }: ByHand, command: string): Issue {
  return {
    message: `${problem}, so regmirror cannot ${action} it and wrote nothing`,
    hint: `run regmirror ${command} without --${action}, then: ${remedy}`,
  }
}
