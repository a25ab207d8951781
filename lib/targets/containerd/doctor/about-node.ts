/** What doctor looked at, in words. Pure. */
import { plural } from '../../../wording/plural.ts'
import { findDaemon } from '../daemon-state.ts'
import type { ObservedNode } from './observed-node.ts'

export function aboutNode({ snapshot, roots }: ObservedNode): readonly string[] {
  const { config, files, generation } = snapshot
  const imports = plural(Math.max(0, files.length - 1), 'import', 'imports')
  const read = config.exists ? `${config.path} and ${imports}` : `no ${config.path}`
  const used = snapshot.currentDirs.length > 0 ? snapshot.currentDirs : [snapshot.hostsDir]
  const directories = used.map(
    root => `${plural(roots[root]?.length ?? 0, 'directory', 'directories')} in ${root}`,
  )
  return [daemonText(snapshot, generation?.name), read, ...directories]
}

const TO_NAME = ' (to name it: version = "2.1" in [targets.containerd] of a list, with -f)'

function daemonText(snapshot: ObservedNode['snapshot'], release: string | undefined): string {
  const daemon = findDaemon(snapshot)
  const name = release === undefined ? 'containerd of an unknown version' : `containerd ${release}`
  const state = daemon.state === 'running' ? ` (process ${daemon.pid})` : `, ${STATES[daemon.state]}`
  return `${name}${state}${release === undefined ? TO_NAME : ''}`
}

const STATES = {
  stopped: 'not running',
  absent: 'not installed',
  unknown: 'whose process is not known',
}
