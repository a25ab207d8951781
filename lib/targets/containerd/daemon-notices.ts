/** Notices about the containerds that run on this machine. Pure. */
import type { Notice } from '../../model/report.ts'
import { onOneLine } from '../../wording/printable.ts'
import type { Daemons, RunningDaemon } from './daemon.ts'
import { findDaemon } from './daemon-state.ts'
import { isDockersOwn } from './distribution.ts'
import { notice } from './notice.ts'
import type { Snapshot } from './snapshot.ts'

export function daemonNotices(snapshot: Snapshot): readonly Notice[] {
  const { daemons, config } = snapshot
  const others = daemons.others.filter(daemon => !isDockersOwn(daemon))
  return [
    ...absentNotices(snapshot),
    ...doubtNotices(daemons),
    ...severalNotices(daemons, config.path),
    ...others.map(daemon => otherNotice(daemon, config.path)),
  ]
}

function absentNotices(snapshot: Snapshot): readonly Notice[] {
  if (findDaemon(snapshot).state !== 'absent') return []
  const message =
    'containerd is not installed on this node; the files are written for when it is (in a container, regmirror sees the processes of the node only with hostPID: true)'
  return [notice('daemon_absent', message)]
}

function otherNotice({ pid, config }: RunningDaemon, listed: string): Notice {
  const reads = `containerd (process ${pid}) reads ${onOneLine(config)}`
  // In a container, the file of the machine may not be mounted, or be at another path.
  const same = `${reads} through other mounts; mount the directory of ${onOneLine(config)} from the machine into this container`
  return notice('other_config', config === listed ? same : `${reads}, not ${listed}`)
}

/** Any user can start thousands of processes. */
const NAMED = 3

function doubtNotices({ doubted }: Daemons): readonly Notice[] {
  if (doubted.length === 0) return []
  const reasons = doubted.slice(0, NAMED).map(({ pid, why }) => `process ${pid} ${onOneLine(why)}`)
  const more = doubted.length > NAMED ? [`and ${doubted.length - NAMED} more`] : []
  return [
    notice(
      'daemon_ignored',
      `regmirror ignores containerd processes that it does not trust: ${[...reasons, ...more].join('; ')}`,
    ),
  ]
}

function severalNotices({ readers }: Daemons, config: string): readonly Notice[] {
  if (readers.length < 2) return []
  const pids = readers.map(({ pid }) => pid).join(', ')
  const message = `${readers.length} containerd processes read ${config}: ${pids}; the proxies of the first are used`
  return [notice('several_daemons', message)]
}
