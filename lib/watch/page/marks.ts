/** The marks of grades and of health on the status page: the shape says it without the colour. */
import type { Health } from '../../health/health.ts'
import type { RegistryGrade } from '../serve/problems.ts'

export const GRADE_MARKS: Readonly<Record<RegistryGrade, string>> = {
  ok: '●',
  warning: '◐',
  problem: '✗',
  unknown: '?',
}

interface HealthMark {
  readonly mark: string
  readonly grade: RegistryGrade
}

export const HEALTH_MARKS: Readonly<Record<Health | 'unknown', HealthMark>> = {
  healthy: { mark: '●', grade: 'ok' },
  degraded: { mark: '◐', grade: 'warning' },
  rate_limited: { mark: '○', grade: 'warning' },
  unhealthy: { mark: '✗', grade: 'problem' },
  unknown: { mark: '?', grade: 'unknown' },
}
