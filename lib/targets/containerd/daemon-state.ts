/** The containerd that the files are for. Pure. */
import type { Daemon } from '../daemon.ts'
import { valueAt } from './config/merge.ts'
import type { RunningDaemon } from './daemon.ts'
import type { Snapshot } from './snapshot.ts'

/** What it is found by. */
type Seen = Pick<Snapshot, 'daemons' | 'installed' | 'program' | 'onMachine' | 'ownUnit' | 'files'>

export function findDaemon(snapshot: Seen): Daemon {
  const { daemons, installed, program, onMachine } = snapshot
  const [first] = daemons.readers.toSorted((a, b) => a.startedAt - b.startedAt)
  if (first !== undefined) return running(first, installed?.name, snapshot)
  if (!onMachine || daemons.doubted.length > 0) return { state: 'unknown' }
  return { state: program === undefined && daemons.others.length === 0 ? 'absent' : 'stopped' }
}

function running(daemon: RunningDaemon, version: string | undefined, snapshot: Seen): Daemon {
  const { pid, startedAt, executable, config, state, distribution } = daemon
  const unit = daemon.unit ?? snapshot.ownUnit
  return {
    ...{ state: 'running', pid, startedAt, executable, config },
    ...(version !== undefined && { version }),
    ...(state !== undefined && { stateDirectory: state }),
    ...(distribution !== undefined && { distribution }),
    ...(unit !== undefined && { unit, restart: `systemctl restart ${unit.replace(/\.service$/, '')}` }),
    address: daemon.address ?? addressIn(snapshot) ?? DEFAULT_ADDRESS,
  }
}

/** defaults/defaults_unix.go:32@v2.3.4. */
const DEFAULT_ADDRESS = '/run/containerd/containerd.sock'

/** `[grpc] address`, which is a table of a plugin in version 4; the last file counts. */
function addressIn({ files }: Seen): string | undefined {
  const paths = [
    ['grpc', 'address'],
    ['plugins', 'io.containerd.server.v1.grpc', 'address'],
  ]
  const values = files.flatMap(file => paths.map(path => valueAt(file, path)))
  return values.findLast((value): value is string => typeof value === 'string' && value.startsWith('/'))
}
