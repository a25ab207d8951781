/** Errors and responses of proxies. Pure. */
import { PROXY_CGI, PROXY_CLOSED, PROXY_REFUSED } from '../connection/error-codes.ts'
import type { Trace } from '../connection/trace.ts'
import { type HttpResponse, readHeader } from '../http/response.ts'
import type { Fault } from './fault.ts'
import { wordsOf } from './reasons.ts'

interface ProxyError {
  readonly code?: string
  readonly status?: string
  readonly socks?: boolean
}

/** A proxy that does not connect to the endpoint. */
export function proxyFault(error: unknown): Fault | undefined {
  const { code, status, socks } = (error ?? {}) as ProxyError
  if (code === PROXY_CGI) return CGI
  if (code === PROXY_CLOSED) return CLOSED
  if (code !== PROXY_REFUSED) return undefined
  if (status === undefined)
    return { reason: 'refused', what: 'the proxy sends an invalid response', todo: CHECK_PROXY }
  return socks ? socksFault(status) : statusFault(Number(status))
}

const CGI: Fault = {
  reason: 'refused',
  what: 'the runtime refuses HTTP_PROXY, because REQUEST_METHOD is set too',
  todo: 'remove REQUEST_METHOD from the environment of the runtime',
}

const CLOSED: Fault = {
  reason: 'reset',
  what: 'the proxy closes the connection without a response',
  todo: 'check the log of the proxy, and the scheme of its URL',
}

const SET_CREDENTIALS = 'set user and password of the proxy in HTTP_PROXY and HTTPS_PROXY of the runtime'
const ALLOW_HOST = 'allow the host in the proxy, or add it to NO_PROXY of the runtime and of regmirror'
const CHECK_PATH = 'check that the host runs, and that the proxy resolves its name and reaches it'
const CHECK_PROXY = 'check that the proxy runs, and the proxy settings of the runtime'

/** The codes of RFC 1928 for a network, a host or a port that cannot be reached. */
const SOCKS_UNREACHABLE: readonly string[] = ['3', '4', '5', '6']

function socksFault(status: string): Fault {
  if (status === 'login')
    return { reason: 'refused', what: 'the SOCKS proxy does not accept the login', todo: SET_CREDENTIALS }
  if (SOCKS_UNREACHABLE.includes(status))
    return {
      reason: 'refused',
      what: `the SOCKS proxy cannot reach the host (reply ${status})`,
      todo: CHECK_PATH,
    }
  return {
    reason: 'refused',
    what: `the SOCKS proxy refuses the connection (reply ${status})`,
    todo: ALLOW_HOST,
  }
}

function statusFault(status: number): Fault {
  const what = `the proxy responds with ${status}`
  if (status === 407) return { reason: 'refused', what, todo: SET_CREDENTIALS }
  if (![502, 503, 504].includes(status)) return { reason: 'refused', what, todo: ALLOW_HOST }
  return {
    reason: 'refused',
    what: `the proxy cannot reach the host: it responds with ${status}`,
    todo: CHECK_PATH,
  }
}

/** A response to plain http that comes from the proxy itself, as its headers show. */
export function findProxyResponse(response: HttpResponse, { proxy }: Trace): Fault | undefined {
  if (!proxy?.plain || response.status < 400) return undefined
  return response.status === 407 || isOfProxy(response) ? statusFault(response.status) : undefined
}

/** Proxies leave the Server header of an endpoint as it is. `Proxy-Status` is RFC 9209. */
function isOfProxy(response: HttpResponse): boolean {
  if (readHeader(response, 'x-squid-error') !== '') return true
  if (/;\s*error\s*=/i.test(readHeader(response, 'proxy-status'))) return true
  return /^(squid|tinyproxy|privoxy|mitmproxy)\b/i.test(readHeader(response, 'server'))
}

const CONNECTION_REASONS: readonly Fault['reason'][] = ['dns', 'refused', 'reset', 'connect_timeout']

const CHECK_PROXY_TLS =
  'add the authority of the proxy to the certificates of this system and restart the runtime, or set http:// in its URL'

/** With a proxy, lookup and connection are those of the proxy itself, and so is TLS before plain http. */
export function blameProxy(fault: Fault, { phase, proxy }: Trace): Fault {
  if (phase === 'tls' && proxy?.plain)
    return { ...fault, what: `TLS with the proxy fails: ${wordsOf(fault).what}`, todo: CHECK_PROXY_TLS }
  const isConnecting = phase === 'lookup' || phase === 'connect'
  if (!isConnecting || !CONNECTION_REASONS.includes(fault.reason)) return fault
  const { what } = wordsOf(fault)
  const subject = what.startsWith('the ') ? 'the proxy cannot be reached: ' : 'the proxy '
  return { ...fault, what: subject + what, todo: CHECK_PROXY }
}
