/** The command that makes the daemon of a node read its files again, the same one wherever it is named. Pure. */
import type { Daemon } from './daemon.ts'
import type { DaemonControl } from './daemon-control.ts'

type Activate = DaemonControl<unknown, unknown>['activate']

/** `isUsers`: it is a unit of the user's systemd. Undefined: the runtime has no such command. */
export function activationCommand(
  action: keyof Activate,
  activate: Activate,
  daemon: Daemon | undefined,
  isUsers: boolean,
): string | undefined {
  const usual = activate[action]?.command
  const command = usual && (ownCommand(action, activate, daemon) ?? usual)
  return isUsers ? command?.replace(/^systemctl (?!--user )/, 'systemctl --user ') : command
}

/** The command for the daemon of the node, where that is not the usual one. */
function ownCommand(
  action: keyof Activate,
  { reload }: Activate,
  daemon: Daemon | undefined,
): string | undefined {
  if (action === 'restart') return daemon?.restart
  if (daemon?.state !== 'running') return undefined
  const isSent = reload?.signal !== undefined && daemon.unit === undefined
  return isSent ? `kill -HUP ${daemon.pid}` : undefined
}
