/** CRI-O, the only daemon that reads registries.conf again without a restart. */
import type { Daemon } from '../daemon.ts'
import type { DaemonControl } from '../daemon-control.ts'
import { findPrograms, type RunningPrograms } from './running.ts'
import type { ContainersSettings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'

export const containersDaemon: DaemonControl<ContainersSettings, Snapshot> = {
  activate: {
    reload: {
      command: 'systemctl reload crio',
      why: 'CRI-O reads registries.conf only when it starts or is reloaded',
      signal: 'SIGHUP',
    },
  },
  find: ({ programs }) => daemonOf(programs),
  findReader: async (_files, { node, machine }) => daemonOf(await findPrograms({ node, machine })),
  causes: /registries|reload|config|panic|listen/i,
  respond: async address => (await import('./crio-response.ts')).respond(address),
  environment: async (_settings, { processes }) => {
    const { trusted } = await processes.find('crio', ['crio'])
    const [first] = trusted
    return first && (await processes.variables(first))
  },
}

/** The usual socket (pkg/config/config.go CrioSocketPath@v1.36.3). */
const SOCKET = '/run/crio/crio.sock'

function daemonOf({ crio, doubted }: RunningPrograms): Daemon {
  if (crio !== undefined) {
    const { pid, startedAt, executable, unit } = crio
    return {
      state: 'running',
      pid,
      startedAt,
      executable,
      address: SOCKET,
      ...(unit !== undefined && { unit }),
    }
  }
  // Without CRI-O no daemon has to start: the other programs read the files at each call.
  return { state: 'unknown', ...(doubted === undefined && { program: 'Podman' }) }
}
