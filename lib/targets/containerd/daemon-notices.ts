/** Notices about the containerds that run on this machine. Pure. */
import type { Notice } from '../../model/report.ts'
import { onOneLine } from '../../wording/printable.ts'
import type { Daemons, RunningDaemon } from './daemon.ts'
import type { Snapshot } from './snapshot.ts'

export function daemonNotices({ daemons, config }: Pick<Snapshot, 'daemons' | 'config'>): readonly Notice[] {
  return [
    ...doubtNotices(daemons),
    ...severalNotices(daemons, config.path),
    ...daemons.others.map(daemon => otherNotice(daemon, config.path)),
  ]
}

function otherNotice({ pid, config }: RunningDaemon, listed: string): Notice {
  const reads = `containerd (process ${pid}) reads ${onOneLine(config)}`
  // In a container, the file of the machine may not be mounted, or be at another path.
  const same = `${reads}, but through other mounts: regmirror sees another file there; mount the directory of the machine`
  return notice('other_config', config === listed ? same : `${reads}, not ${listed}`)
}

/** Any user can start thousands of processes. */
const NAMED = 3

function doubtNotices({ doubted }: Daemons): readonly Notice[] {
  if (doubted.length === 0) return []
  const reasons = doubted
    .slice(0, NAMED)
    .map(({ pid, why }) => `process ${pid} is called containerd, but ${onOneLine(why)}`)
  const more = doubted.length > NAMED ? [`${doubted.length - NAMED} more are not trusted either`] : []
  return [notice('daemon_ignored', `${[...reasons, ...more].join('; ')}: ignored`)]
}

function severalNotices({ readers }: Daemons, config: string): readonly Notice[] {
  if (readers.length < 2) return []
  const pids = readers.map(({ pid }) => pid).join(', ')
  const message = `${readers.length} containerd processes read ${config}: ${pids}; the proxies of the first are used`
  return [notice('several_daemons', message)]
}

function notice(code: string, message: string): Notice {
  return { code, message, target: 'containerd' }
}
