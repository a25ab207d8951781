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

function daemonText(snapshot: ObservedNode['snapshot'], release: string | undefined): string {
  const daemon = findDaemon(snapshot)
  const name = release === undefined ? 'containerd of an unknown version' : `containerd ${release}`
  return daemon.state === 'running' ? `${name} (process ${daemon.pid})` : `${name}, ${STATES[daemon.state]}`
}

const STATES = {
  stopped: 'not running',
  absent: 'not installed',
  unknown: 'whose process is not known',
}
