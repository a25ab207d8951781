/** Every metric that regmirror exports: its name, type, labels and meaning. docs/metrics.md is made from this table. */

interface MetricAbout {
  readonly type: 'gauge' | 'counter'
  readonly labels: readonly string[]
  readonly help: string
  /** The commands that export it; with `probe`, that is `probe --format prometheus`. */
  readonly of: readonly ('watch' | 'probe')[]
  /** When it has no sample; nothing if it always has one for each endpoint or registry. */
  readonly absent?: string
}

const MIRROR = ['registry', 'url'] as const
const ENDPOINT = ['registry', 'url', 'role'] as const

export const METRICS = {
  regmirror_build_info: {
    type: 'gauge',
    labels: ['version'],
    of: ['watch'],
    help: 'Always 1; the label holds the version.',
  },
  regmirror_watch_start_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    of: ['watch'],
    help: 'Start time of the watcher, Unix seconds.',
  },
  regmirror_watch_alive: {
    type: 'gauge',
    labels: [],
    of: ['watch'],
    help: '1 while the loop of the watcher runs; 0 when it hangs.',
  },
  regmirror_watch_ready: {
    type: 'gauge',
    labels: [],
    of: ['watch'],
    help: '1 once the watcher has applied the list.',
  },
  regmirror_list_valid: {
    type: 'gauge',
    labels: [],
    of: ['watch'],
    help: '1 if the list is valid now; if not, the watcher uses the last valid one, if there was one.',
  },
  regmirror_list_loaded_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    of: ['watch'],
    help: 'Time when the list in use was read, Unix seconds; absent while none is in use.',
    absent: 'while no list is in use',
  },
  regmirror_list_reads_total: {
    type: 'counter',
    labels: ['result'],
    of: ['watch'],
    help: 'Number of reads of the list, by result: success, error.',
  },
  regmirror_last_apply_success: {
    type: 'gauge',
    labels: [],
    of: ['watch'],
    help: '1 if the last attempt to apply the list succeeded; absent before the first attempt.',
    absent: 'before the first attempt',
  },
  regmirror_writes_total: {
    type: 'counter',
    labels: [],
    of: ['watch'],
    help: 'Number of writes that changed files.',
  },
  regmirror_write_failures_total: {
    type: 'counter',
    labels: [],
    of: ['watch'],
    help: 'Number of writes that failed.',
  },
  regmirror_last_write_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    of: ['watch'],
    help: 'Time of the last write of a file, Unix seconds; absent before the first write.',
    absent: 'before the first write of this watcher',
  },
  regmirror_writes_limited: {
    type: 'gauge',
    labels: [],
    of: ['watch'],
    help: '1 while a change waits because there were too many within the hour.',
  },
  regmirror_reload_pending: {
    type: 'gauge',
    labels: [],
    of: ['watch'],
    help: 'Number of runtimes that must be reloaded before all changes take effect.',
  },
  regmirror_restart_pending: {
    type: 'gauge',
    labels: [],
    of: ['watch'],
    help: 'Number of runtimes that must be restarted before all changes take effect.',
  },
  regmirror_files_pending: {
    type: 'gauge',
    labels: [],
    of: ['watch'],
    help: 'Number of files that differ from the list and require a restart. Only regmirror apply writes them.',
  },
  regmirror_registry_up: {
    type: 'gauge',
    labels: ['registry'],
    of: ['watch', 'probe'],
    help: '1 if pulls by tag work: a healthy or degraded endpoint may resolve tags and serve content. 0 if not; absent while unknown.',
    absent: 'while unknown',
  },
  regmirror_registry_status: {
    type: 'gauge',
    labels: ['registry', 'status', 'reason'],
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
} as const satisfies Readonly<Record<string, MetricAbout>>

export type MetricName = keyof typeof METRICS

/** The labels of a sample of that metric: these and no others. */
export type LabelsOf<Name extends MetricName> = Readonly<
  Record<(typeof METRICS)[Name]['labels'][number], string>
>
