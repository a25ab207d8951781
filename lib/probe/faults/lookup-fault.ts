/** Errors of name lookups. Pure. */
import { isLookupError } from '../dns/lookup-error.ts'
import type { Fault } from './fault.ts'

const RESPONSES: Readonly<Record<string, string>> = {
  ETIMEOUT: 'does not respond',
  ECONNREFUSED: 'cannot be reached',
  ESERVFAIL: 'fails to resolve the name (SERVFAIL)',
  EREFUSED: 'refuses to resolve the name (REFUSED)',
  ENOTIMP: 'cannot resolve the name (NOTIMP)',
}

export function lookupFault(error: unknown): Fault | undefined {
  if (!isLookupError(error)) return undefined
  const problem = RESPONSES[error.dnsCode] ?? `sends an invalid response (${error.dnsCode})`
  return {
    reason: 'dns',
    what: `the DNS server ${error.server} ${problem}`,
    todo: 'check /etc/resolv.conf and the DNS server',
  }
}
