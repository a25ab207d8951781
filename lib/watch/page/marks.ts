/** The marks of grades and of health on the status page: the shape says it without the colour. */
import type { Health } from '../../health/health.ts'
import type { Grade } from '../serve/problems.ts'

export const GRADE_MARKS: Readonly<Record<Grade, string>> = { ok: '●', warning: '◐', problem: '✗' }

interface HealthMark {
  readonly mark: string
  readonly grade: Grade | 'soft'
}

export const HEALTH_MARKS: Readonly<Record<Health | 'unknown', HealthMark>> = {
  healthy: { mark: '●', grade: 'ok' },
  degraded: { mark: '◐', grade: 'warning' },
  rate_limited: { mark: '○', grade: 'warning' },
  unhealthy: { mark: '✗', grade: 'problem' },
  unknown: { mark: '?', grade: 'soft' },
}
