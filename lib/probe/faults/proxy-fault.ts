/** Errors of proxies. Pure. */
import { PROXY_REFUSED, PROXY_SOCKS } from '../http/error-codes.ts'
import type { Trace } from '../http/trace.ts'
import type { Fault } from './fault.ts'
import { wordsOf } from './reasons.ts'

/** A proxy that does not connect to the endpoint. */
export function proxyFault(error: unknown): Fault | undefined {
  const { code, status } = (error ?? {}) as { code?: string; status?: string }
  switch (code) {
    case PROXY_REFUSED:
      return {
        reason: 'refused',
        what:
          status === undefined ? 'the proxy sends an invalid response' : `the proxy responds with ${status}`,
        todo: status === '407' ? SET_CREDENTIALS : ALLOW_HOST,
      }
    case PROXY_SOCKS:
      return {
        reason: undefined,
        what: 'the proxy is a SOCKS proxy, which probes do not support',
        todo: 'test it with a pull: crictl pull IMAGE',
      }
  }
  return undefined
}

const SET_CREDENTIALS = 'set user and password of the proxy in HTTPS_PROXY of the runtime'
const ALLOW_HOST = 'allow the host in the proxy, or add it to NO_PROXY of the runtime and of regmirror'

const CONNECTION_REASONS: readonly Fault['reason'][] = ['dns', 'refused', 'reset', 'connect_timeout']

/** With a proxy, lookup and connection are those of the proxy itself. */
export function blameProxy(fault: Fault, { phase }: Trace): Fault {
  const isConnecting = phase === 'lookup' || phase === 'connect'
  if (!isConnecting || !CONNECTION_REASONS.includes(fault.reason)) return fault
  const { what } = wordsOf(fault)
  const subject = what.startsWith('the ') ? 'the proxy cannot be reached: ' : 'the proxy '
  return { ...fault, what: subject + what, todo: CHECK_PROXY }
}

const CHECK_PROXY = 'check that the proxy runs, and the proxy settings of the runtime'
