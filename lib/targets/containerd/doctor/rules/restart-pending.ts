/**
 * config.toml or an import is newer than the running daemon, which reads them only when it starts
 * (cmd/containerd/command/main.go:149@v2.3.4). On the real containerd: test/e2e/doctor.spec.ts. Pure.
 */
import type { Rule } from '../../../rule.ts'
import { findDaemon } from '../../daemon-state.ts'
import type { ObservedNode } from '../observed-node.ts'

/** The start of a process is known to 10 ms. */
const SLACK_MS = 100

export const restartPending: Rule<ObservedNode> = {
  code: 'restart_pending',
  severity: 'warning',
  part: 'daemon',
  title: 'config.toml or an import is newer than the running containerd',
  find: ({ snapshot, files, startedAt, now }) => {
    const daemon = findDaemon(snapshot)
    if (startedAt === undefined || daemon.state !== 'running') return []
    const newer = snapshot.files.flatMap(({ path }) => {
      const changed = files.get(path)?.facts.changed ?? 0
      // A time in the future comes from a wrong clock.
      return changed > startedAt + SLACK_MS && changed <= now ? [{ path, changed }] : []
    })
    const started = new Date(startedAt).toISOString()
    return newer.map(({ path, changed }) => ({
      file: path,
      problem: `was changed at ${new Date(changed).toISOString()}, after containerd was started at ${started}`,
      consequence: 'containerd still runs with what it read when it started',
      cure: `restart it: ${daemon.restart ?? 'systemctl restart containerd'}`,
    }))
  },
}
