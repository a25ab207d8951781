/** The status of a watcher as a page for Prometheus. Pure. A name that `probe` exports too means the same here. */
import { formatMetrics, type Metric, metric, one, timestamp } from '../../formats/prometheus-text.ts'
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
    metric('regmirror_build_info', [[{ version }, 1]]),
    metric('regmirror_watch_start_timestamp_seconds', one(timestamp(startedAt))),
    metric('regmirror_watch_alive', one(Number(alive))),
    metric('regmirror_watch_ready', one(Number(ready))),
  ]
}

function listMetrics({ list }: WatchStatus): readonly Metric[] {
  const reads = Object.entries(list.reads)
  return [
    metric('regmirror_list_valid', one(Number(list.problem === undefined))),
    metric('regmirror_list_loaded_timestamp_seconds', one(timestamp(list.loadedAt))),
    metric(
      'regmirror_list_reads_total',
      reads.map(([result, count]) => [{ result }, count]),
    ),
  ]
}

function writeMetrics(status: WatchStatus): readonly Metric[] {
  const { tried, problem, reloadFailures, writes, failures, writtenAt } = status.node
  const success = problem === undefined && reloadFailures.length === 0
  return [
    metric('regmirror_last_apply_success', one(tried ? Number(success) : undefined)),
    metric('regmirror_writes_total', one(writes)),
    metric('regmirror_write_failures_total', one(failures)),
    metric('regmirror_last_write_timestamp_seconds', one(timestamp(writtenAt))),
    metric('regmirror_writes_limited', one(Number(isWriteLimited(status)))),
  ]
}

function pendingMetrics({ node }: WatchStatus): readonly Metric[] {
  return [
    metric(
      'regmirror_reloads_total',
      Object.entries(node.reloads).flatMap(([target, counts]) =>
        Object.entries(counts).map(([result, count]) => [{ target, result }, count] as const),
      ),
    ),
    metric('regmirror_reload_pending', one(node.reload.length)),
    metric('regmirror_restart_pending', one(node.restart.length)),
    metric('regmirror_files_pending', one(node.pendingFiles.length)),
  ]
}
