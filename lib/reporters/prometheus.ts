/** A probe report for the textfile collector of Prometheus. Pure. */
import {
  formatMetrics,
  type Metric,
  one,
  type Sample,
  seconds,
  timestamp,
} from '../formats/prometheus-text.ts'
import { healthOfProbe } from '../health/health.ts'
import { CERTIFICATE_EXPIRY, endpointUpMetric, registryMetrics } from '../health/health-metrics.ts'
import type { Probe, ProbeReport } from '../model/report.ts'

interface Measure extends Omit<Metric, 'samples'> {
  readonly of: (probe: Probe) => readonly Sample[]
}

const MEASURES: readonly Measure[] = [
  {
    name: 'regmirror_status',
    help: 'Always 1; status and reason are in the labels.',
    of: ({ status, reason = '' }) => [[{ status, reason }, 1]],
  },
  {
    name: 'regmirror_latency_seconds',
    help: 'Latency from the start of the connection to the response headers, seconds.',
    of: ({ latency_ms = {} }) => Object.entries(latency_ms).map(([stat, ms]) => [{ stat }, seconds(ms)]),
  },
  {
    name: 'regmirror_phase_seconds',
    help: 'Median time of each phase of a request (dns, tcp, tls, first_byte), seconds.',
    of: ({ phases_ms = {} }) => Object.entries(phases_ms).map(([phase, ms]) => [{ phase }, seconds(ms)]),
  },
  {
    name: 'regmirror_throughput_bytes_per_second',
    help: 'Throughput of a layer from the endpoint, bytes per second.',
    of: probe => one(probe.bytes_per_second),
  },
  {
    name: 'regmirror_pull_50mb_seconds',
    help: 'Estimated time of a pull of 50 MB, seconds.',
    of: probe => one(probe.pull_50mb_s),
  },
  {
    ...CERTIFICATE_EXPIRY,
    of: ({ tls }) => one(tls && Date.parse(tls.expires) / 1000),
  },
  {
    name: 'regmirror_clock_skew_seconds',
    help: 'Clock of the endpoint minus clock of this node, seconds.',
    of: probe => one(probe.clock_skew_s),
  },
]

/** Text exposition format 0.0.4; ends in a newline. `now` is in milliseconds since 1970. */
export function prometheusPage({ probes, registries }: ProbeReport, now: number): string {
  return formatMetrics([
    endpointUpMetric(probes.map(probe => ({ labels: labelsOf(probe), health: healthOfProbe(probe) }))),
    ...MEASURES.map(measure => metricOf(measure, probes)),
    ...registryMetrics(registries),
    {
      name: 'regmirror_probe_timestamp_seconds',
      help: 'Time of the probes, Unix seconds.',
      samples: one(timestamp(now)),
    },
  ])
}

function metricOf({ of, ...about }: Measure, probes: readonly Probe[]): Metric {
  const samples = probes.flatMap(probe =>
    of(probe).map(([labels, value]): Sample => [{ ...labelsOf(probe), ...labels }, value]),
  )
  return { ...about, samples }
}

function labelsOf({ registry, url, role }: Probe) {
  return { registry, url, role }
}
