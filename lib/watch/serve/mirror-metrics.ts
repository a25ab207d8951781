/** What a page for Prometheus says of each mirror. Pure. */

import { type Metric, one, type Sample, seconds, timestamp } from '../../formats/exposition.ts'
import { type Health, isUsable } from '../../health/mirror-health.ts'
import type { MirrorStatus, RegistryStatus } from './status.ts'

const HEALTHS: readonly Health[] = ['up', 'slow', 'limited', 'down']

export function mirrorMetrics(registries: readonly RegistryStatus[]): readonly Metric[] {
  const each = eachMirror(registries)
  return [
    {
      name: 'regmirror_mirror_up',
      help: 'Whether it is one to pull from: 1 for up and slow; 0 for down, and for limited (429), of which a probe says regmirror_up 1.',
      samples: each(({ health }) => one(Number(isUsable(health)))),
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

export function questionMetrics(registries: readonly RegistryStatus[]): readonly Metric[] {
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
      samples: each(({ askedAt }) => one(askedAt === undefined ? undefined : timestamp(askedAt))),
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
