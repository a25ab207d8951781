/** The daemons that a plan is for. Pure. */
import type { Changes } from '../model/report.ts'
import type { TargetReport } from '../model/target-report.ts'

/** `containerd 2.1.9 (process 812) reads /etc/containerd/config.toml`. */
export function daemonLines(targets: Changes['targets'] = []): readonly string[] {
  return targets.filter(({ daemon }) => daemon.state === 'running').map(daemonLine)
}

function daemonLine({ target, daemon: { pid, version, config, distribution } }: TargetReport): string {
  const name = [target, version].filter(Boolean).join(' ')
  const process = [`process ${pid}`, distribution && `of ${distribution}`].filter(Boolean).join(', ')
  return `${name} (${process})${config === undefined ? '' : ` reads ${config}`}`
}
