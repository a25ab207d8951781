/** The metrics of each mirror, for Prometheus. Pure. */
import { type Metric, one, type Sample, seconds, timestamp } from '../../formats/prometheus-text.ts'
import { HEALTHS, isUsable } from '../../health/health.ts'
import type { MirrorStatus, RegistryStatus } from './status.ts'

export function mirrorMetrics(registries: readonly RegistryStatus[]): readonly Metric[] {
  const each = eachMirror(registries)
  return [
    {
      name: 'regmirror_mirror_up',
      help: '1 for healthy and degraded; 0 for unhealthy, and for rate_limited (429), where regmirror_up of a probe is 1.',
      samples: each(({ health }) => one(Number(isUsable(health)))),
    },
    {
      name: 'regmirror_mirror_health',
      help: 'The health of the mirror: 1 for the current one, 0 for the others.',
      samples: each(mirror => HEALTHS.map(health => [{ health }, Number(mirror.health === health)])),
    },
    {
      name: 'regmirror_mirror_health_since_timestamp_seconds',
      help: 'When the health of the mirror last changed.',
      samples: each(({ since }) => one(timestamp(since))),
    },
    {
      name: 'regmirror_mirror_position',
      help: 'The position among the mirrors that are written, from 1; 0 if the mirror is not written.',
      samples: each(({ position = 0 }) => one(position)),
    },
    {
      name: 'regmirror_breaker_open',
      help: '1 while the mirror is rate limited (429) and gets no probes.',
      samples: each(({ health }) => one(Number(health === 'rate_limited'))),
    },
    {
      name: 'regmirror_health_changes_total',
      help: 'Changes of the health of the mirror.',
      type: 'counter',
      samples: each(({ changes }) => one(changes)),
    },
  ]
}

export function probeMetrics(registries: readonly RegistryStatus[]): readonly Metric[] {
  const each = eachMirror(registries)
  const role = 'mirror'
  return [
    {
      name: 'regmirror_probes_total',
      help: 'Probes, by result: healthy, or the reason why not. One counts for each registry that lists the mirror.',
      type: 'counter',
      samples: each(({ probes }) => Object.entries(probes).map(([result, count]) => [{ result }, count])),
    },
    {
      name: 'regmirror_last_probe_timestamp_seconds',
      help: 'When the mirror was last probed; absent before the first probe.',
      samples: each(({ probedAt }) => one(probedAt === undefined ? undefined : timestamp(probedAt))),
    },
    {
      name: 'regmirror_latency_seconds',
      help: 'From the start of the connection to the head of the response.',
      samples: each(({ latencyMs }) =>
        latencyMs === undefined ? [] : [[{ role, stat: 'median' }, seconds(latencyMs)]],
      ),
    },
    {
      name: 'regmirror_phase_seconds',
      help: 'The median time of each phase of a request: dns, tcp, tls, first_byte.',
      samples: each(({ phases = {} }) =>
        Object.entries(phases).map(([phase, ms]) => [{ role, phase }, seconds(ms)]),
      ),
    },
  ]
}

/** Samples of every mirror, under its own labels. */
function eachMirror(registries: readonly RegistryStatus[]) {
  return (samplesOf: (mirror: MirrorStatus) => readonly Sample[]): readonly Sample[] =>
    registries.flatMap(registry =>
      registry.mirrors.flatMap(mirror =>
        samplesOf(mirror).map(
          ([labels, value]): Sample => [{ registry: registry.name, url: mirror.url, ...labels }, value],
        ),
      ),
    )
}
