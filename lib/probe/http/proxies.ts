/** The proxy for a url: the environment as Go reads it (golang.org/x/net/http/httpproxy proxy.go). Pure. */
import { type GoUrl, parseGoUrl, toUrl } from './go-url.ts'
import { parseNoProxy } from './no-proxy.ts'

export interface HttpProxy {
  /** `cgi`: the runtime refuses every request, since a client could have set HTTP_PROXY with a header (httpoxy). */
  readonly kind: 'http' | 'socks5' | 'cgi'
  /** Scheme, name and port. */
  readonly url: URL
  /** Name and port, for messages. */
  readonly name: string
  /** A secret, as bytes in Latin-1. */
  readonly user: GoUrl['user']
}

/** Gives the proxy for a url; undefined: requests go there directly. */
export interface ProxyFor {
  (url: URL): HttpProxy | undefined
  /** Whether any proxy is sent a password. */
  readonly holdsSecret: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY, upper case before lower case; Go does not know ALL_PROXY. */
export function readProxies(env: Environment): ProxyFor {
  const value = (name: string) => env[name] || env[name.toLowerCase()] || ''
  const http = parseProxy(value('HTTP_PROXY'))
  const https = parseProxy(value('HTTPS_PROXY'))
  const isExcluded = parseNoProxy(value('NO_PROXY'))
  const proxyFor = (url: URL): HttpProxy | undefined => {
    const isHttps = url.protocol === 'https:'
    const proxy = isHttps ? https : http
    if (proxy !== undefined && !isHttps && env.REQUEST_METHOD) return { ...proxy, kind: 'cgi' }
    return proxy === undefined || isExcluded(url) ? undefined : proxy
  }
  const holdsSecret = [http, https].some(proxy => proxy?.user !== undefined)
  return Object.assign(proxyFor, { holdsSecret })
}

/** Without a scheme and a host it is read again with `http://`; what Go cannot read it ignores. */
function parseProxy(text: string): HttpProxy | undefined {
  if (text === '') return undefined
  const bytes = Buffer.from(text).toString('latin1')
  const written = parseGoUrl(bytes)
  if (written !== undefined && written.scheme !== '' && written.host !== '') return proxyAt(written)
  const completed = parseGoUrl(`http://${bytes}`) ?? written
  return completed && proxyAt(completed)
}

/** Go speaks HTTP to proxies of other schemes, and dials this node where there is no host. */
function proxyAt(written: GoUrl): HttpProxy | undefined {
  const { user } = written
  const isSocks = /^socks5h?$/.test(written.scheme)
  const scheme = written.scheme === 'https' ? 'https' : 'http'
  const url = toUrl({ ...written, scheme, host: written.host.replace(/^(?=:|$)/, '127.0.0.1') })
  if (url === undefined) return undefined
  if (isSocks && !/:\d+$/.test(written.host)) url.port = '1080'
  // A password with a bare "/" or "#" makes Go take what precedes it for the name and port of the proxy.
  const isWhole = !`${written.path}${written.opaque}`.includes('@') && written.path.length <= 1
  return { kind: isSocks ? 'socks5' : 'http', url, name: isWhole ? url.host : 'of the environment', user }
}

/** Value of Proxy-Authorization; a secret. */
export function proxyAuthorization({ user }: HttpProxy): string | undefined {
  return user && basicAuthorization(user)
}

export function basicAuthorization({ name, password = '' }: NonNullable<GoUrl['user']>): string {
  return `Basic ${Buffer.from(`${name}:${password}`, 'latin1').toString('base64')}`
}
