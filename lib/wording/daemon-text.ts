/** A running daemon in words. Pure. */
import type { TargetReport } from '../model/target-report.ts'

/** `containerd 2.1.9 (process 812) reads /etc/containerd/config.toml`. */
export function daemonText({ target, daemon: { pid, version, config, distribution } }: TargetReport): string {
  const name = [target, version].filter(Boolean).join(' ')
  const process = [`process ${pid}`, distribution && `of ${distribution}`].filter(Boolean).join(', ')
  return `${name} (${process})${config === undefined ? '' : ` reads ${config}`}`
}
