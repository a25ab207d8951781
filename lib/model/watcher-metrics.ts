/** The metrics of a watcher: itself, its list, and what it writes. */
import type { MetricTable } from './metric-about.ts'

export const WATCHER_METRICS = {
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
  regmirror_reloads_total: {
    type: 'counter',
    labels: ['target', 'result'],
    of: ['watch'],
    help: 'Number of reloads of a runtime, by result: success, error; absent for a runtime that was not reloaded.',
    absent: 'for a runtime that this watcher has not reloaded',
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
} as const satisfies MetricTable
