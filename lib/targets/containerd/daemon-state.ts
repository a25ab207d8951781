/** The containerd that the files are for. Pure. */
import type { Daemon } from '../daemon.ts'
import type { RunningDaemon } from './daemon.ts'
import type { Snapshot } from './snapshot.ts'

export function findDaemon(
  snapshot: Pick<Snapshot, 'daemons' | 'installed' | 'program' | 'onMachine'>,
): Daemon {
  const { daemons, installed, program, onMachine } = snapshot
  const [first] = daemons.readers.toSorted((a, b) => a.startedAt - b.startedAt)
  if (first !== undefined) return running(first, installed?.name)
  if (!onMachine || daemons.doubted.length > 0) return { state: 'unknown' }
  return { state: program === undefined && daemons.others.length === 0 ? 'absent' : 'stopped' }
}

function running(daemon: RunningDaemon, version: string | undefined): Daemon {
  const { pid, startedAt, executable, config, state, distribution, unit } = daemon
  return {
    ...{ state: 'running', pid, startedAt, executable, config },
    ...(version !== undefined && { version }),
    ...(state !== undefined && { stateDirectory: state }),
    ...(distribution !== undefined && { distribution }),
    ...(unit !== undefined && { restart: `systemctl restart ${unit.replace(/\.service$/, '')}` }),
  }
}
