/** A probe report for the textfile collector of Prometheus. Pure. */

import {
  formatMetrics,
  type Metric,
  one,
  type Sample,
  seconds,
  timestamp,
} from '../formats/prometheus-text.ts'
import type { Probe, ProbeReport } from '../model/report.ts'

interface Measure extends Omit<Metric, 'samples'> {
  readonly of: (probe: Probe) => readonly Sample[]
}

const MEASURES: readonly Measure[] = [
  {
    name: 'regmirror_up',
    help: '1 for healthy and degraded, which includes rate limited (429); 0 for unhealthy; absent for unknown.',
    of: ({ status }) => one(status === 'unknown' ? undefined : Number(status !== 'unhealthy')),
  },
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
    name: 'regmirror_certificate_expiry_timestamp_seconds',
    help: 'Expiry time of the certificate of the endpoint, Unix seconds.',
    of: ({ tls }) => one(tls && Date.parse(tls.expires) / 1000),
  },
  {
    name: 'regmirror_clock_skew_seconds',
    help: 'Clock of the endpoint minus clock of this node, seconds.',
    of: probe => one(probe.clock_skew_s),
  },
]

/** Text exposition format 0.0.4; ends in a newline. `now` is in milliseconds since 1970. */
export function prometheusPage({ probes, unhealthy }: ProbeReport, now: number): string {
  const registries = [...new Set(probes.map(({ registry }) => registry))]
  return formatMetrics([
    ...MEASURES.map(measure => metricOf(measure, probes)),
    {
      name: 'regmirror_registry_up',
      help: '1 if the registry has a healthy or degraded endpoint, 0 if not; absent while unknown.',
      samples: registries.map(registry => [{ registry }, Number(!unhealthy.includes(registry))]),
    },
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

function labelsOf({ registry, url, role }: Probe): Readonly<Record<string, string>> {
  return { registry, url, role }
}
