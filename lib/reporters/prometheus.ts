/** A probe report for the textfile collector of Prometheus. Pure. */
import {
  eachOf,
  formatMetrics,
  type Metric,
  metric,
  one,
  seconds,
  timestamp,
} from '../formats/prometheus-text.ts'
import { healthOfProbe } from '../health/health.ts'
import { endpointUpMetric, registryMetrics, targetsLabel } from '../health/health-metrics.ts'
import type { Probe, ProbeReport } from '../model/report.ts'

/** Text exposition format 0.0.4; ends in a newline. `now` is in milliseconds since 1970. */
export function prometheusPage({ probes, registries }: ProbeReport, now: number): string {
  return formatMetrics([
    endpointUpMetric(probes.map(probe => ({ labels: labelsOf(probe), health: healthOfProbe(probe) }))),
    ...probeMetrics(probes),
    ...registryMetrics(registries),
    metric('regmirror_probe_timestamp_seconds', one(timestamp(now))),
  ])
}

function probeMetrics(probes: readonly Probe[]): readonly Metric[] {
  const each = eachOf(probes, labelsOf)
  return [
    metric(
      'regmirror_status',
      each(({ status, reason = '' }) => [[{ status, reason }, 1]]),
    ),
    metric(
      'regmirror_latency_seconds',
      each(({ latency_ms = {} }) => Object.entries(latency_ms).map(([stat, ms]) => [{ stat }, seconds(ms)])),
    ),
    metric(
      'regmirror_phase_seconds',
      each(({ phases_ms = {} }) => Object.entries(phases_ms).map(([phase, ms]) => [{ phase }, seconds(ms)])),
    ),
    metric(
      'regmirror_throughput_bytes_per_second',
      each(probe => one(probe.bytes_per_second)),
    ),
    metric(
      'regmirror_pull_50mb_seconds',
      each(probe => one(probe.pull_50mb_s)),
    ),
    metric(
      'regmirror_certificate_expiry_timestamp_seconds',
      each(({ tls }) => one(tls && Date.parse(tls.expires) / 1000)),
    ),
    metric(
      'regmirror_clock_skew_seconds',
      each(probe => one(probe.clock_skew_s)),
    ),
  ]
}

function labelsOf({ registry, url, role, targets }: Probe) {
  return { registry, url, role, targets: targetsLabel(targets) }
}
