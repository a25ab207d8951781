/** A notice about Docker itself. Pure. */
import type { Notice } from '../../model/report.ts'

export function notice(code: string, message: string): Notice {
  return { code, message, target: 'docker' }
}
