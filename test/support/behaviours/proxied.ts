/** Behaviours behind one proxy, which replies by the name of the host: they share its environment, and so a daemon. */
import { TLS } from '../tls.ts'
import type { Behaviour, Change, Host } from './behaviour.ts'

/** Names of hosts at which the proxy itself replies, and how. */
const REPLIES: Readonly<Record<string, Change>> = {
  'status-407.test': { status: 407, headers: { 'Proxy-Authenticate': 'Basic realm="x"' }, body: 'login' },
  'status-403.test': {
    status: 403,
    headers: { Server: 'squid/6.13', 'X-Squid-Error': 'ERR_ACCESS_DENIED 0' },
    body: 'denied',
  },
  'status-502.test': {
    status: 502,
    headers: { 'Proxy-Status': 'p; error=destination_unavailable' },
    body: 'x',
  },
  'status-503.test': { status: 503, headers: { Server: 'squid/6.13' }, body: 'x' },
  'status-504.test': { status: 504, headers: { Server: 'squid/6.13' }, body: 'x' },
  'status-201.test': { status: 201 },
  'closes.test': { instead: 'close' },
  'chunked.test': {
    raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    thenTunnel: true,
  },
  'body.test': { raw: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', thenTunnel: true },
  'http-1-0.test': { raw: 'HTTP/1.0 200 Connection established\r\n\r\n', thenTunnel: true },
  'line-feeds.test': { raw: 'HTTP/1.1 200 OK\nX: y\n\n', thenTunnel: true },
  'interim.test': { raw: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', thenTunnel: true },
  'gibberish.test': { raw: 'OK\r\n\r\n', thenTunnel: true },
}

const proxy: Host = {
  connectsTo: 'mirror',
  rules: Object.entries(REPLIES).map(([name, reply]) => ({
    header: ['host', new RegExp(`^${name.replaceAll('.', '\\.')}`)] as const,
    reply,
  })),
}

/** A mirror at `name` with that scheme, behind the proxy. */
export function behindProxy(about: string, scheme: 'http' | 'https', name: string): Behaviour {
  const skipped = scheme === 'https' ? { skip_verify: true } : {}
  return {
    about,
    hosts: { mirror: { tls: TLS }, proxy },
    mirror: { url: `${scheme}://${name}`, ...skipped },
    environment: { HTTP_PROXY: '$proxy', HTTPS_PROXY: '$proxy' },
  }
}
