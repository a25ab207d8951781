/** The metrics of registries, mirrors and servers. */
import type { MetricTable } from './metric-about.ts'

/** `targets`: those that it is for, joined with commas; absent where it is the same for every target. */
const MIRROR = ['registry', 'url', 'targets'] as const
const ENDPOINT = ['registry', 'url', 'role', 'targets'] as const

export const ENDPOINT_METRICS = {
  regmirror_registry_up: {
    type: 'gauge',
    labels: ['registry'],
    of: ['watch', 'probe'],
    help: '1 if pulls by tag work: a healthy or degraded endpoint may resolve tags and serve content. 0 if not; absent while unknown.',
    absent: 'while unknown',
  },
  regmirror_registry_status: {
    type: 'gauge',
    labels: ['registry', 'status', 'reason', 'targets'],
    of: ['watch', 'probe'],
    help: 'Always 1; status and reason are in the labels. no_resolver: no healthy endpoint may resolve tags.',
  },
  regmirror_up: {
    type: 'gauge',
    labels: ENDPOINT,
    of: ['watch', 'probe'],
    help: '1 if the endpoint is healthy or degraded, 0 if it is unhealthy or rate limited (429); absent while unknown.',
    absent: 'while unknown',
  },
  regmirror_certificate_expiry_timestamp_seconds: {
    type: 'gauge',
    labels: ENDPOINT,
    of: ['watch', 'probe'],
    help: 'Expiry time of the certificate of the endpoint, Unix seconds.',
    absent: 'without TLS, and before the first handshake',
  },
  regmirror_mirror_health: {
    type: 'gauge',
    labels: [...MIRROR, 'health'],
    of: ['watch'],
    help: 'Health of the mirror: 1 for the current one, 0 for the others.',
  },
  regmirror_mirror_health_since_timestamp_seconds: {
    type: 'gauge',
    labels: MIRROR,
    of: ['watch'],
    help: 'Time of the last change of health, Unix seconds.',
  },
  regmirror_mirror_position: {
    type: 'gauge',
    labels: MIRROR,
    of: ['watch'],
    help: 'Position of the mirror among those that are written, from 1; 0 if it is not written.',
  },
  regmirror_mirror_rate_limited: {
    type: 'gauge',
    labels: MIRROR,
    of: ['watch'],
    help: '1 while the mirror is rate limited (429) and gets no probes.',
  },
  regmirror_health_changes_total: {
    type: 'counter',
    labels: MIRROR,
    of: ['watch'],
    help: 'Number of changes of the health of the mirror.',
  },
  regmirror_probes_total: {
    type: 'counter',
    labels: [...MIRROR, 'result'],
    of: ['watch'],
    help: 'Number of probes, by result (healthy or a reason). A probe of a mirror that two registries list is counted twice.',
    absent: 'before the first probe with that result',
  },
  regmirror_last_probe_timestamp_seconds: {
    type: 'gauge',
    labels: MIRROR,
    of: ['watch'],
    help: 'Time of the last probe, Unix seconds; absent before the first probe.',
    absent: 'before the first probe',
  },
  regmirror_latency_seconds: {
    type: 'gauge',
    labels: [...ENDPOINT, 'stat'],
    of: ['watch', 'probe'],
    help: 'Latency from the start of the connection to the response headers, seconds.',
    absent: 'if the last probe got no response',
  },
  regmirror_phase_seconds: {
    type: 'gauge',
    labels: [...ENDPOINT, 'phase'],
    of: ['watch', 'probe'],
    help: 'Median time of each phase of a request (dns, tcp, tls, first_byte), seconds.',
    absent: 'for a phase that the last probe did not reach',
  },
  regmirror_status: {
    type: 'gauge',
    labels: [...ENDPOINT, 'status', 'reason'],
    of: ['probe'],
    help: 'Always 1; status and reason are in the labels.',
  },
  regmirror_throughput_bytes_per_second: {
    type: 'gauge',
    labels: ENDPOINT,
    of: ['probe'],
    help: 'Throughput of a layer from the endpoint, bytes per second.',
    absent: 'if no layer was fetched',
  },
  regmirror_pull_50mb_seconds: {
    type: 'gauge',
    labels: ENDPOINT,
    of: ['probe'],
    help: 'Estimated time of a pull of 50 MB, seconds.',
    absent: 'if no layer was fetched',
  },
  regmirror_clock_skew_seconds: {
    type: 'gauge',
    labels: ENDPOINT,
    of: ['probe'],
    help: 'Clock of the endpoint minus clock of this node, seconds.',
    absent: 'if the response has no Date header',
  },
  regmirror_probe_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    of: ['probe'],
    help: 'Time of the probes, Unix seconds.',
  },
} as const satisfies MetricTable
