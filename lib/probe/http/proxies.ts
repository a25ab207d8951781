/** The proxy for a url: the environment as Go reads it (golang.org/x/net/http/httpproxy proxy.go). Pure. */
import { BlockList, isIP, isIPv6 } from 'node:net'
import { hostOf, portOf } from './url-host.ts'

export interface HttpProxy {
  readonly url: URL
  /** Name and port, for messages. */
  readonly name: string
  /** Value of Proxy-Authorization; a secret. */
  readonly authorization: string | undefined
}

/** Gives the proxy for a url; undefined: requests go there directly. */
export interface ProxyFor {
  (url: URL): HttpProxy | undefined
  /** Whether any proxy is sent a password. */
  readonly holdsSecret: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY, upper case before lower case, as Go does. */
export function readProxies(env: Environment): ProxyFor {
  const value = (name: string) => env[name] || env[name.toLowerCase()] || ''
  // In a CGI program HTTP_PROXY cannot be trusted: a client can set it with a header (httpoxy).
  const http = env.REQUEST_METHOD ? undefined : parseProxy(value('HTTP_PROXY'))
  const https = parseProxy(value('HTTPS_PROXY'))
  const isExcluded = parseNoProxy(value('NO_PROXY'))
  const proxyFor = (url: URL) => {
    const proxy = url.protocol === 'https:' ? https : http
    return proxy === undefined || isLocal(url) || isExcluded(url) ? undefined : proxy
  }
  const holdsSecret = [http, https].some(proxy => proxy?.authorization !== undefined)
  return Object.assign(proxyFor, { holdsSecret })
}

function parseProxy(text: string): HttpProxy | undefined {
  if (text === '') return undefined
  const full = /^(https?|socks5h?):\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(full)) return undefined
  const url = new URL(full)
  const credentials = readCredentials(url)
  if (credentials === undefined) return undefined
  url.username = ''
  url.password = ''
  // If the password holds a bare "/", the parser took what precedes it for the name and port of the proxy.
  const name = url.href.includes('@') ? 'of the environment' : url.host
  const basic = `Basic ${Buffer.from(credentials).toString('base64')}`
  return { url, name, authorization: credentials === ':' ? undefined : basic }
}

/** `user:password`. Undefined: Go does not accept this as a url either (net/url/url.go), and uses no proxy. */
function readCredentials({ username, password }: URL): string | undefined {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  } catch {
    return undefined
  }
}

/** No proxy is used for this machine itself. */
function isLocal(url: URL): boolean {
  const host = hostWithoutDot(url)
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

type Matches = (url: URL) => boolean

function parseNoProxy(text: string): Matches {
  const rules = text
    .split(',')
    .map(entry => entry.trim().toLowerCase())
    .filter(entry => entry !== '')
    .map(parseEntry)
  return url => rules.some(matches => matches(url))
}

function parseEntry(entry: string): Matches {
  if (entry === '*') return () => true
  if (entry.includes('/')) return parseNetwork(entry)
  const [, host = '', port] = /^(\[.*\]|[^:]*|[^:]*:[^:]*:.*?)(?::(\d+))?$/.exec(entry) ?? []
  const samePort: Matches = url => port === undefined || port === String(portOf(url))
  const name = host.replace(/^\[(.*)\]$/, '$1')
  if (isIP(name) !== 0) return url => samePort(url) && hostWithoutDot(url) === name
  // `.example.com` and `*.example.com` match sub-domains only; `example.com` also matches itself.
  const suffix = name.replace(/^\*?\.?/, '.')
  const exact = suffix === `.${name}` ? name : undefined
  return url => samePort(url) && (hostWithoutDot(url) === exact || hostWithoutDot(url).endsWith(suffix))
}

function parseNetwork(entry: string): Matches {
  const [network = '', bits] = entry.split('/')
  const family = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4')
  if (isIP(network) === 0 || !/^\d{1,3}$/.test(bits ?? '')) return () => false
  const list = new BlockList()
  try {
    list.addSubnet(network, Number(bits), family(network))
  } catch {
    return () => false
  }
  return url => {
    const host = hostWithoutDot(url)
    return isIP(host) !== 0 && list.check(host, family(host))
  }
}

function hostWithoutDot(url: URL): string {
  return hostOf(url).replace(/\.$/, '')
}
