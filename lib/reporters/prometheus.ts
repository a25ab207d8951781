/** A probe as a page for the textfile collector of Prometheus. Pure. */
import type { Probe, ProbeReport } from '../report.ts'

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number | undefined]

interface Metric {
  readonly name: string
  readonly help: string
  readonly of: (probe: Probe) => readonly Sample[]
}

const one = (value: number | undefined): readonly Sample[] => [[{}, value]]

const METRICS: readonly Metric[] = [
  {
    name: 'regmirror_up',
    help: 'Whether a pull through the endpoint succeeds: 1 for healthy and degraded.',
    of: ({ status }) => one(status === 'unknown' ? undefined : Number(status !== 'unhealthy')),
  },
  {
    name: 'regmirror_status',
    help: 'Always 1; the labels tell status and reason.',
    of: ({ status, reason = '' }) => [[{ status, reason }, 1]],
  },
  {
    name: 'regmirror_latency_seconds',
    help: 'From the start of the connection to the head of the answer.',
    of: ({ latency_ms = {} }) => Object.entries(latency_ms).map(([stat, ms]) => [{ stat }, seconds(ms)]),
  },
  {
    name: 'regmirror_phase_seconds',
    help: 'What an exchange takes, in the median: dns, tcp, tls, first_byte.',
    of: ({ phases_ms = {} }) => Object.entries(phases_ms).map(([phase, ms]) => [{ phase }, seconds(ms)]),
  },
  {
    name: 'regmirror_throughput_bytes_per_second',
    help: 'How fast it served a layer.',
    of: probe => one(probe.bytes_per_second),
  },
  {
    name: 'regmirror_pull_50mb_seconds',
    help: 'Estimate for an image of 50 MB.',
    of: probe => one(probe.pull_50mb_s),
  },
  {
    name: 'regmirror_certificate_expiry_timestamp_seconds',
    help: 'End of the validity of its certificate.',
    of: ({ tls }) => one(tls && Date.parse(tls.expires) / 1000),
  },
  {
    name: 'regmirror_clock_skew_seconds',
    help: 'Its clock less that of this node.',
    of: probe => one(probe.clock_skew_s),
  },
]

/** Without the noise of binary fractions. */
function seconds(ms: number): number {
  return Number((ms / 1000).toPrecision(9))
}

/** Text exposition format 0.0.4; ends in a newline. `now` is in milliseconds since 1970. */
export function prometheusPage(report: ProbeReport, now: number): string {
  const metrics = METRICS.flatMap(metric => metricLines(metric, report.probes))
  const registries = [...new Set(report.probes.map(({ registry }) => registry))]
  return [
    ...metrics,
    ...header('regmirror_registry_up', 'Whether anything that may be asked can serve the registry.'),
    ...registries.map(registry =>
      sampleLine('regmirror_registry_up', { registry }, Number(!report.unhealthy.includes(registry))),
    ),
    ...header('regmirror_probe_timestamp_seconds', 'When this was measured.'),
    sampleLine('regmirror_probe_timestamp_seconds', {}, Math.round(now / 1000)),
    '',
  ].join('\n')
}

function metricLines({ name, help, of }: Metric, probes: readonly Probe[]): readonly string[] {
  const lines = probes.flatMap(probe =>
    of(probe).flatMap(([labels, value]) =>
      value === undefined || !Number.isFinite(value)
        ? []
        : [sampleLine(name, { ...whose(probe), ...labels }, value)],
    ),
  )
  return lines.length === 0 ? [] : [...header(name, help), ...lines]
}

function header(name: string, help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`]
}

function whose({ registry, url, role }: Probe): Readonly<Record<string, string>> {
  return { registry, url, role }
}

function sampleLine(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
