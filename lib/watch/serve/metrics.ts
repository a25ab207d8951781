/** What a watcher knows as a page for Prometheus. Pure. Names are those of a probe's page where they mean the same. */

import { exposition, type Metric, one, type Sample, timestamp } from '../../formats/exposition.ts'
import { canServe } from '../../health/availability.ts'
import { mirrorMetrics, questionMetrics } from './mirror-metrics.ts'
import { isHeld } from './problems.ts'
import type { RegistryStatus, WatchStatus } from './status.ts'

/** Text exposition format 0.0.4; ends in a newline. */
export function metricsPage(status: WatchStatus): string {
  return exposition([
    ...watchMetrics(status),
    ...listMetrics(status),
    ...nodeMetrics(status),
    ...registryMetrics(status.registries),
    ...mirrorMetrics(status.registries),
    ...questionMetrics(status.registries),
  ])
}

function watchMetrics({ version, startedAt, alive, ready }: WatchStatus): readonly Metric[] {
  return [
    {
      name: 'regmirror_build_info',
      help: 'Always 1; the label tells the version.',
      samples: [[{ version }, 1]],
    },
    {
      name: 'regmirror_watch_start_timestamp_seconds',
      help: 'When the watcher started.',
      samples: one(timestamp(startedAt)),
    },
    { name: 'regmirror_watch_alive', help: 'Whether its loop goes on.', samples: one(Number(alive)) },
    {
      name: 'regmirror_watch_ready',
      help: 'Whether the list was written, or found to be so, for the first time.',
      samples: one(Number(ready)),
    },
  ]
}

function listMetrics({ list }: WatchStatus): readonly Metric[] {
  return [
    {
      name: 'regmirror_list_valid',
      help: 'Whether the list as it is now is sound; if not, the last good one is in force, if there was one.',
      samples: one(Number(list.problem === undefined)),
    },
    {
      name: 'regmirror_list_loaded_timestamp_seconds',
      help: 'When the list that is in force was read; absent while none is.',
      samples: one(timestamp(list.loadedAt)),
    },
    {
      name: 'regmirror_list_reads_total',
      help: 'How often the list was read, by what came of it: good, bad.',
      type: 'counter',
      samples: Object.entries(list.reads).map(([result, count]) => [{ result }, count]),
    },
  ]
}

function nodeMetrics(status: WatchStatus): readonly Metric[] {
  const { node } = status
  return [
    {
      name: 'regmirror_last_apply_success',
      help: 'Whether the last attempt to make the node as it should be went well; absent before the first.',
      samples: one(node.tried ? Number(node.problem === undefined) : undefined),
    },
    {
      name: 'regmirror_writes_total',
      help: 'How often files were written.',
      type: 'counter',
      samples: one(node.writes),
    },
    {
      name: 'regmirror_write_failures_total',
      help: 'How often writing failed.',
      type: 'counter',
      samples: one(node.failures),
    },
    {
      name: 'regmirror_last_write_timestamp_seconds',
      help: 'When a file was last written; absent before the first time.',
      samples: one(timestamp(node.writtenAt)),
    },
    {
      name: 'regmirror_writes_held',
      help: 'Whether changes wait, because there were too many in this hour.',
      samples: one(Number(isHeld(status))),
    },
    {
      name: 'regmirror_restart_pending',
      help: 'How many runtimes have to be restarted before all acts.',
      samples: one(node.restart.length),
    },
    {
      name: 'regmirror_files_left',
      help: 'How many files are not as the list says and are left to regmirror apply, because they act on a restart.',
      samples: one(node.left.length),
    },
  ]
}

function registryMetrics(registries: readonly RegistryStatus[]): readonly Metric[] {
  return [
    {
      name: 'regmirror_registry_up',
      help: 'Whether anything that may be asked can serve the registry; absent while that is not known.',
      samples: registries.map(registry => [{ registry: registry.name }, numberOf(canServe(registry))]),
    },
    {
      name: 'regmirror_server_up',
      help: "Whether the registry's own server answers; absent while that is not known.",
      samples: registries.flatMap(({ name, server }): readonly Sample[] =>
        server === undefined ? [] : [[{ registry: name, url: server.url }, numberOf(server.up)]],
      ),
    },
  ]
}

function numberOf(known: boolean | undefined): number | undefined {
  return known === undefined ? undefined : Number(known)
}
