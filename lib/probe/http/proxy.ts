/** Through which proxy a url is asked: the environment as Go reads it (golang.org/x/net/http/httpproxy proxy.go). Pure. */
import { BlockList, isIP, isIPv6 } from 'node:net'

export interface HttpProxy {
  readonly url: URL
  /** Name and port, for people. */
  readonly name: string
  /** Value of Proxy-Authorization; a secret. */
  readonly authorization: string | undefined
}

/** Gives the proxy for a url; undefined: it is asked directly. */
export interface ProxyFor {
  (url: URL): HttpProxy | undefined
  /** Whether one of them is given a password. */
  readonly confides: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY, upper case before lower, as Go does. */
export function proxiesOf(env: Environment): ProxyFor {
  const value = (name: string) => env[name] || env[name.toLowerCase()] || ''
  // Whoever runs in a CGI cannot trust HTTP_PROXY: a client sets it with a header (httpoxy).
  const http = env.REQUEST_METHOD ? undefined : parse(value('HTTP_PROXY'))
  const https = parse(value('HTTPS_PROXY'))
  const excluded = exclusionsOf(value('NO_PROXY'))
  const proxyFor = (url: URL) => {
    const proxy = url.protocol === 'https:' ? https : http
    return proxy === undefined || isLocal(url) || excluded(url) ? undefined : proxy
  }
  const confides = [http, https].some(proxy => proxy?.authorization !== undefined)
  return Object.assign(proxyFor, { confides })
}

function parse(text: string): HttpProxy | undefined {
  if (text === '') return undefined
  const full = /^(https?|socks5h?):\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(full)) return undefined
  const url = new URL(full)
  const credentials = credentialsIn(url)
  if (credentials === undefined) return undefined
  url.username = ''
  url.password = ''
  // With a bare "/" in the password, what stands before it was taken for name and port of the machine.
  const name = url.href.includes('@') ? 'of the environment' : url.host
  const basic = `Basic ${Buffer.from(credentials).toString('base64')}`
  return { url, name, authorization: credentials === ':' ? undefined : basic }
}

/** `user:password`. Undefined: for Go this is no url either (net/url/url.go), and it asks directly. */
function credentialsIn({ username, password }: URL): string | undefined {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  } catch {
    return undefined
  }
}

/** This machine itself is never asked through a proxy. */
function isLocal(url: URL): boolean {
  const host = hostOf(url)
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

type Excludes = (url: URL) => boolean

function exclusionsOf(text: string): Excludes {
  const rules = text
    .split(',')
    .map(entry => entry.trim().toLowerCase())
    .filter(entry => entry !== '')
    .map(ruleOf)
  return url => rules.some(rule => rule(url))
}

function ruleOf(entry: string): Excludes {
  if (entry === '*') return () => true
  if (entry.includes('/')) return networkRule(entry)
  const [, host = '', port] = /^(\[.*\]|[^:]*|[^:]*:[^:]*:.*?)(?::(\d+))?$/.exec(entry) ?? []
  const samePort: Excludes = url => port === undefined || port === portOf(url)
  const name = host.replace(/^\[(.*)\]$/, '$1')
  if (isIP(name) !== 0) return url => samePort(url) && hostOf(url) === name
  // `.example.com` and `*.example.com` are what is below; `example.com` is itself, too.
  const below = name.replace(/^\*?\.?/, '.')
  const itself = below === `.${name}` ? name : undefined
  return url => samePort(url) && (hostOf(url) === itself || hostOf(url).endsWith(below))
}

function networkRule(entry: string): Excludes {
  const [network = '', bits] = entry.split('/')
  const family = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4')
  if (isIP(network) === 0 || !/^\d{1,3}$/.test(bits ?? '')) return () => false
  const list = new BlockList()
  try {
    list.addSubnet(network, Number(bits), family(network))
  } catch {
    return () => false
  }
  return url => isIP(hostOf(url)) !== 0 && list.check(hostOf(url), family(hostOf(url)))
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80')
}
