/** buildkitd.toml is newer than the running buildkitd, which reads it only when it starts (cmd/buildkitd/main.go:280@v0.32.2). Pure. */
import type { Rule } from '../../../rule.ts'
import { findDaemon } from '../../daemon-state.ts'
import type { ObservedBuildkit } from '../observe-node.ts'

/** The start of a process is known to 10 ms. */
const SLACK_MS = 100

export const buildkitdRestartPending: Rule<ObservedBuildkit> = {
  code: 'buildkitd_restart_pending',
  severity: 'warning',
  part: 'daemon',
  title: '`buildkitd.toml` is newer than the running buildkitd',
  find: ({ snapshot, changed, startedAt, now }) => {
    const daemon = findDaemon(snapshot)
    if (daemon.state !== 'running' || changed === undefined || startedAt === undefined) return []
    // A time in the future comes from a wrong clock.
    if (changed <= startedAt + SLACK_MS || changed > now) return []
    const [written, started] = [changed, startedAt].map(time => new Date(time).toISOString())
    return [
      {
        file: snapshot.config,
        problem: `was changed at ${written}, after buildkitd was started at ${started}`,
        consequence: 'BuildKit still runs with what it read when it started',
        cure: `restart it: ${daemon.restart ?? 'systemctl restart buildkit'}`,
      },
    ]
  },
}
