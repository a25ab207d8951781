/** What a watcher knows as a page for Prometheus. Pure. Names are those of a probe's page where they mean the same. */
import { canServe } from '../health/serving.ts'
import { type Health, isWell } from '../health/standing.ts'
import { exposition, type Metric, one, type Sample, seconds, timestamp } from '../reporters/exposition.ts'
import { isHeld } from './reading.ts'
import type { MirrorStatus, RegistryStatus, WatchStatus } from './status.ts'

const HEALTHS: readonly Health[] = ['up', 'slow', 'limited', 'down']

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

function mirrorMetrics(registries: readonly RegistryStatus[]): readonly Metric[] {
  const each = eachMirror(registries)
  return [
    {
      name: 'regmirror_mirror_up',
      help: 'Whether it is one to pull from: 1 for up and slow; 0 for down, and for limited (429), of which a probe says regmirror_up 1.',
      samples: each(({ health }) => one(Number(isWell(health)))),
    },
    {
      name: 'regmirror_mirror_health',
      help: 'What the mirror is taken to be: 1 for that, 0 for the others.',
      samples: each(mirror => HEALTHS.map(health => [{ health }, Number(mirror.health === health)])),
    },
    {
      name: 'regmirror_mirror_health_since_timestamp_seconds',
      help: 'Since when it is taken to be that.',
      samples: each(({ since }) => one(timestamp(since))),
    },
    {
      name: 'regmirror_mirror_place',
      help: 'Its place among the mirrors that are written, from 1; 0: it is left out.',
      samples: each(({ place = 0 }) => one(place)),
    },
    {
      name: 'regmirror_breaker_open',
      help: 'Whether it is left in peace because it answered 429.',
      samples: each(({ health }) => one(Number(health === 'limited'))),
    },
    {
      name: 'regmirror_health_changes_total',
      help: 'How often its health has changed.',
      type: 'counter',
      samples: each(({ changes }) => one(changes)),
    },
  ]
}

function questionMetrics(registries: readonly RegistryStatus[]): readonly Metric[] {
  const each = eachMirror(registries)
  const role = 'mirror'
  return [
    {
      name: 'regmirror_questions_total',
      help: 'Answers, by what came of them: healthy, or the reason why not. One counts for each registry that lists the mirror.',
      type: 'counter',
      samples: each(({ asked }) => Object.entries(asked).map(([result, count]) => [{ result }, count])),
    },
    {
      name: 'regmirror_last_question_timestamp_seconds',
      help: 'When it was last asked; absent before the first time.',
      samples: each(({ askedAt }) => one(askedAt === 0 ? undefined : timestamp(askedAt))),
    },
    {
      name: 'regmirror_latency_seconds',
      help: 'From the start of the connection to the head of the answer.',
      samples: each(({ latencyMs }) =>
        latencyMs === undefined ? [] : [[{ role, stat: 'median' }, seconds(latencyMs)]],
      ),
    },
    {
      name: 'regmirror_phase_seconds',
      help: 'What an exchange takes, in the median: dns, tcp, tls, first_byte.',
      samples: each(({ phases = {} }) =>
        Object.entries(phases).map(([phase, ms]) => [{ role, phase }, seconds(ms)]),
      ),
    },
  ]
}

/** Samples of every mirror, under its own labels. */
function eachMirror(registries: readonly RegistryStatus[]) {
  return (of: (mirror: MirrorStatus) => readonly Sample[]): readonly Sample[] =>
    registries.flatMap(registry =>
      registry.mirrors.flatMap(mirror =>
        of(mirror).map(
          ([labels, value]): Sample => [{ registry: registry.name, url: mirror.url, ...labels }, value],
        ),
      ),
    )
}

function numberOf(known: boolean | undefined): number | undefined {
  return known === undefined ? undefined : Number(known)
}
