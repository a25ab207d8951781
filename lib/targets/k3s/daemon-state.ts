/** The k3s or RKE2 that the file is for. Pure. */
import type { Daemon } from '../daemon.ts'
import type { K3sSnapshot } from './snapshot.ts'

type Seen = Pick<K3sSnapshot, 'config' | 'daemons' | 'distribution' | 'installed' | 'onMachine'>

export function findDaemon({ config, daemons, distribution, installed, onMachine }: Seen): Daemon {
  const [first] = daemons.running.filter(one => one.distribution === distribution)
  if (first === undefined) {
    const restart = `systemctl restart ${distribution.unit}`
    if (!onMachine || daemons.doubted.length > 0) return { state: 'unknown', restart }
    return { state: installed ? 'stopped' : 'absent', restart }
  }
  const { pid, startedAt, executable, unit } = first
  return {
    ...{ state: 'running', pid, startedAt, executable, config, distribution: distribution.name },
    restart: `systemctl restart ${unit?.replace(/\.service$/, '') ?? distribution.unit}`,
    ...(unit !== undefined && { unit }),
  }
}
