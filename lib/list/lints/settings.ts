/** What `[health]` says and its author may not have meant. Pure. */
import { maxProbesPerHour } from '../../health/probe-schedule.ts'
import type { HealthSettings } from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import type { LintInput } from './lint-input.ts'

/** Below that a fleet is felt by the mirrors it shares. */
const SHORT_MS = 5000

/** Notices on the settings that are written; what is built in needs none. */
export function lintSettings({ list, resolved, place }: LintInput): Notice[] {
  return Object.entries(healthLints).flatMap(([code, { key, lint }]) => {
    const message = list.health?.[key] === undefined ? undefined : lint(resolved.health)
    if (message === undefined) return []
    const { file, line } = place(['health', key])
    return [{ code, message, file, line }]
  })
}

interface HealthLint {
  readonly key: 'interval' | 'timeout'
  lint(health: HealthSettings): string | undefined
}

/** Lints on the health settings by their codes, each on the key that it speaks of. */
const healthLints: Readonly<Record<string, HealthLint>> = {
  short_interval: {
    key: 'interval',
    lint: health =>
      health.intervalMs < SHORT_MS
        ? `each node may ask a mirror ${maxProbesPerHour(health)} times an hour; a fleet wants "30s" or more`
        : undefined,
  },
  long_timeout: {
    key: 'timeout',
    lint: ({ timeoutMs, intervalMs }) =>
      timeoutMs > intervalMs
        ? 'a silent mirror is waited for longer than interval; make timeout shorter, or interval longer'
        : undefined,
  },
}
