/** The metrics of each endpoint, for Prometheus. Pure. */
import { type Metric, one, type Sample, seconds, timestamp } from '../../formats/prometheus-text.ts'
import { HEALTHS } from '../../health/health.ts'
import { CERTIFICATE_EXPIRY, type EndpointHealth, endpointUpMetric } from '../../health/health-metrics.ts'
import type { MirrorStatus, RegistryStatus, ServerStatus } from './status.ts'

interface Endpoint extends EndpointHealth {
  readonly certificateExpiresAt: number | undefined
}

export function endpointMetrics(registries: readonly RegistryStatus[]): readonly Metric[] {
  const endpoints = registries.flatMap(endpointsOf)
  return [
    endpointUpMetric(endpoints),
    {
      ...CERTIFICATE_EXPIRY,
      samples: endpoints.map(({ labels, certificateExpiresAt }) => [labels, timestamp(certificateExpiresAt)]),
    },
  ]
}

function endpointsOf({ name, mirrors, server }: RegistryStatus): readonly Endpoint[] {
  const endpoint = (
    role: 'mirror' | 'server',
    { url, health, certificateExpiresAt }: MirrorStatus | ServerStatus,
  ) => ({
    labels: { registry: name, url, role },
    health: health === 'unknown' ? undefined : health,
    certificateExpiresAt,
  })
  return [
    ...mirrors.map(mirror => endpoint('mirror', mirror)),
    ...(server === undefined ? [] : [endpoint('server', server)]),
  ]
}

export function mirrorMetrics(registries: readonly RegistryStatus[]): readonly Metric[] {
  const each = eachMirror(registries)
  return [
    {
      name: 'regmirror_mirror_health',
      help: 'Health of the mirror: 1 for the current one, 0 for the others.',
      samples: each(mirror =>
        [...HEALTHS, 'unknown'].map(health => [{ health }, Number(mirror.health === health)]),
      ),
    },
    {
      name: 'regmirror_mirror_health_since_timestamp_seconds',
      help: 'Time of the last change of health, Unix seconds.',
      samples: each(({ since }) => one(timestamp(since))),
    },
    {
      name: 'regmirror_mirror_position',
      help: 'Position of the mirror among those that are written, from 1; 0 if it is not written.',
      samples: each(({ position = 0 }) => one(position)),
    },
    {
      name: 'regmirror_mirror_rate_limited',
      help: '1 while the mirror is rate limited (429) and gets no probes.',
      samples: each(({ health }) => one(Number(health === 'rate_limited'))),
    },
    {
      name: 'regmirror_health_changes_total',
      help: 'Number of changes of the health of the mirror.',
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
      help: 'Number of probes, by result (healthy or a reason). A probe of a mirror that two registries list is counted twice.',
      type: 'counter',
      samples: each(({ probes }) => Object.entries(probes).map(([result, count]) => [{ result }, count])),
    },
    {
      name: 'regmirror_last_probe_timestamp_seconds',
      help: 'Time of the last probe, Unix seconds; absent before the first probe.',
      samples: each(({ probedAt }) => one(probedAt === undefined ? undefined : timestamp(probedAt))),
    },
    {
      name: 'regmirror_latency_seconds',
      help: 'Latency from the start of the connection to the response headers, seconds.',
      samples: each(({ latencyMs }) =>
        latencyMs === undefined ? [] : [[{ role, stat: 'median' }, seconds(latencyMs)]],
      ),
    },
    {
      name: 'regmirror_phase_seconds',
      help: 'Median time of each phase of a request (dns, tcp, tls, first_byte), seconds.',
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
