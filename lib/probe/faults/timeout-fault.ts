/** Time limits that were reached. Pure. */
import type { Trace } from '../connection/trace.ts'
import type { Fault } from './fault.ts'

export interface Limits {
  readonly timeoutMs: number
  readonly dialTimeoutMs: number
}

/** The limit for the whole request was reached in this phase. */
export function timeoutFault(trace: Trace, limits: Limits): Fault {
  const within = `within ${formatMs(limits.timeoutMs)}`
  switch (trace.phase) {
    case 'lookup':
    case 'connect':
      return dialTimeoutFault(trace, limits)
    case 'tls':
      return {
        reason: 'no_response',
        silent: 'tls',
        what: `accepts connections but does not complete the TLS handshake ${within}`,
      }
    case 'request':
      return {
        reason: 'no_response',
        silent: 'request',
        what: `accepts connections but does not respond ${within}`,
      }
    case 'body':
      return {
        reason: 'no_response',
        silent: 'body',
        what: `starts a response but does not complete it ${within}`,
      }
  }
}

export function dialTimeoutFault({ phase }: Trace, { timeoutMs, dialTimeoutMs }: Limits): Fault {
  const within = `within ${formatMs(Math.min(timeoutMs, dialTimeoutMs))}`
  if (phase === 'lookup')
    return { reason: 'dns', what: `the DNS lookup gets no response ${within}`, todo: CHECK_DNS }
  return { reason: 'connect_timeout', what: `does not accept a connection ${within}` }
}

export const CHECK_DNS = 'check /etc/resolv.conf and the DNS servers'

/** Each response came in time, so the endpoint is slow, not unhealthy. */
export function budgetFault(wholeMs: number): Fault {
  return { reason: 'slow', what: `takes longer than ${formatMs(wholeMs)} for the requests of one pull` }
}

/** `300 ms`, `2.5 s`. */
function formatMs(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`
}
