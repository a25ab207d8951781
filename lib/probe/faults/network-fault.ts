/** Errors of connections. Pure. */
import { CUT_OFF, DIAL_TIMEOUT, SPACE_REFUSED } from '../connection/error-codes.ts'
import type { Trace } from '../connection/trace.ts'
import type { Fault } from './fault.ts'
import { CHECK_DNS, dialTimeoutFault, type Limits } from './timeout-fault.ts'

export function networkFault(code: string, trace: Trace, limits: Limits): Fault | undefined {
  switch (code) {
    case DIAL_TIMEOUT:
    case 'ETIMEDOUT':
      return dialTimeoutFault(trace, limits)
    case 'ENOTFOUND':
    case 'ENODATA':
      return { reason: 'dns' }
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return { reason: 'dns', what: 'the DNS lookup gets no response', todo: CHECK_DNS }
    case 'ECONNREFUSED':
      return { reason: 'refused' }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EACCES':
    case 'EPERM':
      return {
        reason: 'refused',
        what: 'the network does not allow a connection to it',
        todo: 'check the route and the firewall',
      }
    case SPACE_REFUSED:
      return PRIVATE_TARGET
    case CUT_OFF:
    case 'ECONNRESET':
    case 'EPIPE':
      return closedFault(trace)
  }
  return undefined
}

/** What allows a probe to contact a host that the endpoint names. */
export const TRUST_HOST = {
  todo: 'if you trust that host, set redirects = ["HOST"] on this mirror in the list',
  forServer: 'if you trust that host, set redirects = ["HOST"] on server in the list',
  forUrl: 'if you trust that host, probe a list that has redirects = ["HOST"] on this mirror',
} as const satisfies Partial<Fault>

/** A pull goes there; a probe does not, since a redirect can name any address inside the network. */
const PRIVATE_TARGET: Fault = {
  reason: undefined,
  what: 'redirects to a loopback, link-local or private address',
  ...TRUST_HOST,
}

function closedFault({ phase }: Trace): Fault {
  if (phase === 'tls') return { reason: 'reset', what: 'closes the connection during the TLS handshake' }
  if (phase === 'body') return { reason: 'reset', what: 'closes the connection in the middle of a response' }
  return { reason: 'reset' }
}
