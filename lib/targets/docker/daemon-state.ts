/** The dockerd that the files are for. Pure. */
import type { Daemon } from '../daemon.ts'
import type { DockerSnapshot } from './snapshot.ts'

export function findDaemon(
  snapshot: Pick<DockerSnapshot, 'daemons' | 'installed' | 'program' | 'onMachine' | 'config' | 'rootless'>,
): Daemon {
  const { daemons, installed, program, onMachine, rootless } = snapshot
  const [first] = daemons.readers
  if (first === undefined) {
    if (!onMachine || daemons.doubted.length > 0) return { state: 'unknown' }
    return { state: program === undefined && daemons.others.length === 0 ? 'absent' : 'stopped' }
  }
  const { pid, startedAt, executable, unit, address } = first
  return {
    ...{ state: 'running', pid, startedAt, executable, config: first.config },
    ...(installed !== undefined && { version: installed.name }),
    ...(unit !== undefined && { unit, restart: `systemctl restart ${unit.replace(/\.service$/, '')}` }),
    ...(rootless && { restart: 'systemctl --user restart docker' }),
    ...(address !== undefined && { address }),
  }
}
