/** A notice about containerd itself. Pure. */
import type { Notice } from '../../model/report.ts'

export function notice(code: string, message: string): Notice {
  return { code, message, target: 'containerd' }
}
