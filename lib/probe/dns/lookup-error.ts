/** Errors of name lookups. Pure. */
import { codedError } from '../../system/coded-error.ts'

/** Code of the error when no DNS server gave a usable response. */
const LOOKUP_FAILED = 'LOOKUP_FAILED'

/** What went wrong at the last server that was queried. */
export interface LookupError extends NodeJS.ErrnoException {
  readonly server: string
  /** The code of c-ares. */
  readonly dnsCode: string
}

export function lookupError(server: string, dnsCode: string): LookupError {
  return Object.assign(codedError(LOOKUP_FAILED), { server, dnsCode })
}

export function isLookupError(error: unknown): error is LookupError {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === LOOKUP_FAILED
}

/** Whether the code is a response: there is no such name, or it has no address. */
export function isNegativeResponse(code: string): boolean {
  return code === 'ENOTFOUND' || code === 'ENODATA'
}

/** Whether no server responded in time. */
export function isLookupTimeout(error: unknown): boolean {
  if (isLookupError(error)) return error.dnsCode === 'ETIMEOUT'
  return (error as NodeJS.ErrnoException | undefined)?.code === 'EAI_AGAIN'
}
