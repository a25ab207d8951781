/** The daemons that a plan is for, and when they read its files. Pure. */
import type { Change, Changes, Effect } from '../model/report.ts'
import type { TargetReport } from '../model/target-report.ts'

const WHEN: Readonly<Record<Effect, string>> = {
  immediate: 'immediately',
  reload: 'after a reload',
  restart: 'after a restart',
}

/** `takes effect after a restart; `; empty where the daemon is not installed, which a notice reports once. */
export function effectText({ effect, target }: Change, targets: Changes['targets'] = []): string {
  if (effect !== 'start') return `takes effect ${WHEN[effect]}; `
  const isAbsent = targets.some(one => one.target === target && one.daemon.state === 'absent')
  return isAbsent ? '' : `takes effect when ${target} starts; `
}

/** `containerd 2.1.9 (process 812) reads /etc/containerd/config.toml`. */
export function daemonLines(targets: Changes['targets'] = []): readonly string[] {
  return targets.filter(({ daemon }) => daemon.state === 'running').map(daemonLine)
}

function daemonLine({ target, daemon: { pid, version, config, distribution } }: TargetReport): string {
  const name = [target, version].filter(Boolean).join(' ')
  const process = [`process ${pid}`, distribution && `of ${distribution}`].filter(Boolean).join(', ')
  return `${name} (${process})${config === undefined ? '' : ` reads ${config}`}`
}
