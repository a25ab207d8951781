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

/** Throws Failure `conflict` where regmirror cannot do what the options allow. */
export function plannedActivations(
  { restart, reload, daemons }: Pick<Plan, 'restart' | 'reload' | 'daemons'>,
  options: ActivateOptions,
): readonly DaemonActivation[] {
  const needed = [
    ...(options.restart ? restart.map(one => ({ one, action: 'restart' as const })) : []),
    ...(options.restart || options.reload ? reload.map(one => ({ one, action: 'reload' as const })) : []),
  ]
  const found = needed.map(({ one, action }) => activationOf(one, action, daemons))
  const issues = found.filter(item => 'message' in item)
  if (issues.length > 0) throw new Failure('conflict', issues)
  return found.filter(item => 'unit' in item)
}

function activationOf(
  { target, command }: Activation,
  action: DaemonActivation['action'],
  daemons: Plan['daemons'],
): DaemonActivation | Issue {
  const daemon = daemons.find(one => one.target === target)?.daemon
  if (daemon?.state !== 'running') return byHand(`no running ${target} is known`, action, command)
  const { pid, unit, address, startedAt } = daemon
  if (unit === undefined)
    return byHand(
      `${target} (process ${pid}) runs in no unit of systemd`,
      action,
      `${action} it as it was started`,
    )
  if (address === undefined)
    return byHand(`the socket of ${target} (process ${pid}) is not known`, action, command)
  return { target, action, unit, address, pid, started_at: startedAt }
}

function byHand(problem: string, action: string, remedy: string): Issue {
  return {
    message: `${problem}, so regmirror cannot ${action} it and wrote nothing`,
    hint: `run regmirror apply without --${action}, then: ${remedy}`,
  }
}
