/** The status of a watcher as a page for Prometheus. Pure. A name that `probe` exports too means the same here. */
import { formatMetrics, type Metric, one, timestamp } from '../../formats/prometheus-text.ts'
import { registryMetrics } from '../../health/health-metrics.ts'
import { endpointMetrics, mirrorMetrics, probeMetrics } from './mirror-metrics.ts'
import { isWriteLimited } from './problems.ts'
import type { WatchStatus } from './status.ts'

/** Text exposition format 0.0.4; ends in a newline. */
export function renderMetrics(status: WatchStatus): string {
  return formatMetrics([
    ...watchMetrics(status),
    ...listMetrics(status),
    ...writeMetrics(status),
    ...pendingMetrics(status),
    ...registryMetrics(status.registries.map(({ state }) => state)),
    ...endpointMetrics(status.registries),
    ...mirrorMetrics(status.registries),
    ...probeMetrics(status.registries),
  ])
}

function watchMetrics({ version, startedAt, alive, ready }: WatchStatus): readonly Metric[] {
  return [
    {
      name: 'regmirror_build_info',
      help: 'Always 1; the label holds the version.',
      samples: [[{ version }, 1]],
    },
    {
      name: 'regmirror_watch_start_timestamp_seconds',
      help: 'Start time of the watcher, Unix seconds.',
      samples: one(timestamp(startedAt)),
    },
    {
      name: 'regmirror_watch_alive',
      help: '1 while the loop of the watcher runs; 0 when it hangs.',
      samples: one(Number(alive)),
    },
    {
      name: 'regmirror_watch_ready',
      help: '1 once the watcher has applied the list.',
      samples: one(Number(ready)),
    },
  ]
}

function listMetrics({ list }: WatchStatus): readonly Metric[] {
  return [
    {
      name: 'regmirror_list_valid',
      help: '1 if the list is valid now; if not, the watcher uses the last valid one, if there was one.',
      samples: one(Number(list.problem === undefined)),
    },
    {
      name: 'regmirror_list_loaded_timestamp_seconds',
      help: 'Time when the list in use was read, Unix seconds; absent while none is in use.',
      samples: one(timestamp(list.loadedAt)),
    },
    {
      name: 'regmirror_list_reads_total',
      help: 'Number of reads of the list, by result: success, error.',
      type: 'counter',
      samples: Object.entries(list.reads).map(([result, count]) => [{ result }, count]),
    },
  ]
}

function writeMetrics(status: WatchStatus): readonly Metric[] {
  const { node } = status
  return [
    {
      name: 'regmirror_last_apply_success',
      help: '1 if the last attempt to apply the list succeeded; absent before the first attempt.',
      samples: one(node.tried ? Number(node.problem === undefined) : undefined),
    },
    {
      name: 'regmirror_writes_total',
      help: 'Number of writes that changed files.',
      type: 'counter',
      samples: one(node.writes),
    },
    {
      name: 'regmirror_write_failures_total',
      help: 'Number of writes that failed.',
      type: 'counter',
      samples: one(node.failures),
    },
    {
      name: 'regmirror_last_write_timestamp_seconds',
      help: 'Time of the last write of a file, Unix seconds; absent before the first write.',
      samples: one(timestamp(node.writtenAt)),
    },
    {
      name: 'regmirror_writes_limited',
      help: '1 while a change waits because there were too many within the hour.',
      samples: one(Number(isWriteLimited(status))),
    },
  ]
}

function pendingMetrics({ node }: WatchStatus): readonly Metric[] {
  return [
    {
      name: 'regmirror_reload_pending',
      help: 'Number of runtimes that must be reloaded before all changes take effect.',
      samples: one(node.reload.length),
    },
    {
      name: 'regmirror_restart_pending',
      help: 'Number of runtimes that must be restarted before all changes take effect.',
      samples: one(node.restart.length),
    },
    {
      name: 'regmirror_files_pending',
      help: 'Number of files that differ from the list and require a restart. Only regmirror apply writes them.',
      samples: one(node.pendingFiles.length),
    },
  ]
}
