/** The metrics of each endpoint, for Prometheus. Pure. */
import { eachOf, type Metric, metric, one, seconds, timestamp } from '../../formats/prometheus-text.ts'
import { HEALTHS } from '../../health/health.ts'
import { type EndpointHealth, endpointUpMetric, targetsLabel } from '../../health/health-metrics.ts'
import type { MirrorStatus, RegistryStatus, ServerStatus } from './status.ts'

interface Endpoint extends EndpointHealth {
  readonly certificateExpiresAt: number | undefined
}

export function endpointMetrics(registries: readonly RegistryStatus[]): readonly Metric[] {
  const endpoints = registries.flatMap(endpointsOf)
  return [
    endpointUpMetric(endpoints),
    metric(
      'regmirror_certificate_expiry_timestamp_seconds',
      endpoints.map(({ labels, certificateExpiresAt }) => [labels, timestamp(certificateExpiresAt)]),
    ),
  ]
}

function endpointsOf({ name, mirrors, servers }: RegistryStatus): readonly Endpoint[] {
  const endpoint = (
    role: 'mirror' | 'server',
    { url, targets, health, certificateExpiresAt }: MirrorStatus | ServerStatus,
  ) => ({
    labels: { registry: name, url, role, targets: targetsLabel(targets) },
    health: health === 'unknown' ? undefined : health,
    certificateExpiresAt,
  })
  return [
    ...mirrors.map(mirror => endpoint('mirror', mirror)),
    ...servers.map(server => endpoint('server', server)),
  ]
}

export function mirrorMetrics(registries: readonly RegistryStatus[]): readonly Metric[] {
  const each = eachMirror(registries)
  return [
    metric(
      'regmirror_mirror_health',
      each(({ mirror }) =>
        [...HEALTHS, 'unknown'].map(health => [{ health }, Number(mirror.health === health)]),
      ),
    ),
    metric(
      'regmirror_mirror_health_since_timestamp_seconds',
      each(({ mirror: { since } }) => one(timestamp(since))),
    ),
    metric(
      'regmirror_mirror_position',
      each(({ mirror: { position = 0 } }) => one(position)),
    ),
    metric(
      'regmirror_mirror_rate_limited',
      each(({ mirror: { health } }) => one(Number(health === 'rate_limited'))),
    ),
    metric(
      'regmirror_health_changes_total',
      each(({ mirror: { changes } }) => one(changes)),
    ),
  ]
}

export function probeMetrics(registries: readonly RegistryStatus[]): readonly Metric[] {
  const each = eachMirror(registries)
  const role = 'mirror'
  return [
    metric(
      'regmirror_probes_total',
      each(({ mirror: { probes } }) => Object.entries(probes).map(([result, count]) => [{ result }, count])),
    ),
    metric(
      'regmirror_last_probe_timestamp_seconds',
      each(({ mirror: { probedAt } }) => one(timestamp(probedAt))),
    ),
    metric(
      'regmirror_latency_seconds',
      each(({ mirror: { latencyMs } }) =>
        latencyMs === undefined ? [] : [[{ role, stat: 'median' }, seconds(latencyMs)]],
      ),
    ),
    metric(
      'regmirror_phase_seconds',
      each(({ mirror: { phases = {} } }) =>
        Object.entries(phases).map(([phase, ms]) => [{ role, phase }, seconds(ms)]),
      ),
    ),
  ]
}

/** Samples of every mirror, under its own labels. */
function eachMirror(registries: readonly RegistryStatus[]) {
  const mirrors = registries.flatMap(({ name, mirrors }) =>
    mirrors.map(mirror => ({ registry: name, mirror })),
  )
  return eachOf(mirrors, ({ registry, mirror: { url, targets } }) => ({
    ...{ registry, url, targets: targetsLabel(targets) },
  }))
}
