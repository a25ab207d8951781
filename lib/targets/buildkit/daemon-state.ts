/** The buildkitd that the file is for. Pure. */
import type { Daemon } from '../daemon.ts'
import type { BuildkitSnapshot } from './snapshot.ts'

type Seen = Pick<BuildkitSnapshot, 'daemons' | 'installed' | 'onMachine' | 'release'>

export function findDaemon({ daemons, installed, onMachine, release }: Seen): Daemon {
  const [first] = daemons.readers.toSorted((a, b) => a.startedAt - b.startedAt)
  if (first === undefined) {
    if (!onMachine || daemons.doubted.length > 0) return { state: 'unknown' }
    return { state: installed || daemons.others.length > 0 ? 'stopped' : 'absent' }
  }
  const { pid, startedAt, executable, config, unit } = first
  return {
    ...{ state: 'running', pid, startedAt, executable, config },
    ...(release !== undefined && { version: release.name }),
    ...(unit !== undefined && { unit, restart: `systemctl restart ${unit.replace(/\.service$/, '')}` }),
  }
}
