/** The proxy for a url: the environment as Go reads it (golang.org/x/net/http/httpproxy proxy.go). Pure. */
import { type GoUrl, latin1, parseGoUrl, toUrl } from '../../model/go-url.ts'
import { parseNoProxy } from '../../model/no-proxy.ts'
import type { GoRelease } from '../../targets/pull-client.ts'

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
  (url: URL, go: GoRelease): HttpProxy | undefined
  /** Whether any proxy is sent a password. */
  readonly holdsSecret: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY, upper case before lower case; Go does not know ALL_PROXY. */
export function readProxies(env: Environment): ProxyFor {
  const value = (name: string) => env[name] || env[name.toLowerCase()] || ''
  const isExcluded = parseNoProxy(value('NO_PROXY'))
  const proxyFor = (url: URL, go: GoRelease): HttpProxy | undefined => {
    const isHttps = url.protocol === 'https:'
    const proxy = parseProxy(value(isHttps ? 'HTTPS_PROXY' : 'HTTP_PROXY'), go)
    if (proxy !== undefined && !isHttps && env.REQUEST_METHOD) return { ...proxy, kind: 'cgi' }
    return proxy === undefined || isExcluded(url) ? undefined : proxy
  }
  const texts = [value('HTTP_PROXY'), value('HTTPS_PROXY')]
  // In every release, the user and password end with this character.
  const holdsSecret = texts.some(text => text.includes('@'))
  return Object.assign(proxyFor, { holdsSecret })
}

/** Equal where the proxies are the same; it may hold a secret. */
export function proxySettings(env: Environment): readonly string[] {
  return ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'REQUEST_METHOD'].map(
    name => env[name] || env[name.toLowerCase()] || '',
  )
}

/**
 * Without a scheme and a host it is read again with `http://`, in 1.19 also with a scheme that is not known there; what
 * Go cannot read it ignores.
 */
function parseProxy(text: string, go: GoRelease): HttpProxy | undefined {
  if (text === '') return undefined
  const bytes = latin1(text)
  const written = parseGoUrl(bytes)
  const isKnown =
    go === '1.19' ? OLD_SCHEMES.includes(written?.scheme ?? '') : written?.scheme && written.host
  if (written !== undefined && isKnown) return proxyAt(written)
  const completed = parseGoUrl(`http://${bytes}`) ?? written
  return completed && proxyAt(completed)
}

const OLD_SCHEMES: readonly string[] = ['http', 'https', 'socks5']

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
