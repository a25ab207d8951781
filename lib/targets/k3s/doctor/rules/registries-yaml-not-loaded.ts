/** registries.yaml is read only when the node starts (pkg/agent/run.go@06ea261c). Pure. */
import type { Rule } from '../../../rule.ts'
import { findDaemon } from '../../daemon-state.ts'
import type { ObservedK3s } from '../observe-node.ts'

/** The start of a process is known to 10 ms. */
const SLACK_MS = 100

export const registriesYamlNotLoaded: Rule<ObservedK3s> = {
  code: 'registries_yaml_not_loaded',
  severity: 'warning',
  part: 'daemon',
  title: '`registries.yaml` is newer than the running k3s or RKE2',
  find: ({ snapshot, changed, startedAt, now }) => {
    const daemon = findDaemon(snapshot)
    const { config, distribution } = snapshot
    if (changed === undefined || startedAt === undefined || daemon.state !== 'running') return []
    // A time in the future comes from a wrong clock.
    if (changed <= startedAt + SLACK_MS || changed > now) return []
    const started = new Date(startedAt).toISOString()
    return [
      {
        file: config,
        problem: `was changed at ${new Date(changed).toISOString()}, after ${distribution.title} was started at ${started}`,
        consequence: 'its containerd still uses what was read then',
        cure: `restart it: ${daemon.restart}`,
      },
    ]
  },
}
