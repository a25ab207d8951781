/** The report of a failure. */
import type { ErrorCode, Issue } from './errors.ts'

export interface ErrorReport {
  readonly version: 1
  readonly kind: 'error'
  readonly code: ErrorCode
  readonly message: string
  readonly issues?: readonly Issue[]
}
