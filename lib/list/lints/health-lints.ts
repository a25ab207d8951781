/** Lints about `[health]`. Pure. */
import { maxProbesPerHour } from '../../health/probe-schedule.ts'
import type { HealthSettings } from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import type { LintInput } from './lint-input.ts'

/** With a shorter interval, a fleet puts a noticeable load on the mirrors that it shares. */
const SHORT_MS = 5000

/** Notices about the settings that the list writes; built-in values need none. */
export function lintHealth({ list, resolved, place }: LintInput): readonly Notice[] {
  return Object.entries(healthLints).flatMap(([code, { key, lint }]) => {
    const message = list.health?.[key] === undefined ? undefined : lint(resolved.health)
    if (message === undefined) return []
    const { file, line } = place(['health', key])
    return [{ code, message, file, line }]
  })
}

interface HealthLint {
  /** The key that the notice points to. */
  readonly key: 'interval' | 'timeout'
  lint(health: HealthSettings): string | undefined
}

/** By their codes. */
const healthLints: Readonly<Record<string, HealthLint>> = {
  short_interval: {
    key: 'interval',
    lint: health =>
      health.intervalMs < SHORT_MS
        ? `each node probes a mirror up to ${maxProbesPerHour(health)} times an hour; use "30s" or more for a fleet`
        : undefined,
  },
  long_timeout: {
    key: 'timeout',
    lint: ({ timeoutMs, intervalMs }) =>
      timeoutMs > intervalMs
        ? 'a probe may take longer than interval; make timeout shorter, or interval longer'
        : undefined,
  },
}
