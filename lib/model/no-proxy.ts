/** NO_PROXY as Go reads it (golang.org/x/net/http/httpproxy proxy.go init, useProxy). Pure. */
import { isIP, isIPv6 } from 'node:net'
import { isInNetwork, parseNetwork } from './network.ts'
import { hostOf, portOf } from './url-host.ts'

export type Matches = (url: URL) => boolean

/** Whether requests to the url are sent directly. */
export function parseNoProxy(text: string): Matches {
  const entries = text.split(',').map(entry => entry.trim().toLowerCase())
  if (entries.includes('*')) return () => true
  const rules = entries.filter(entry => entry !== '').map(parseEntry)
  return url => isLoopback(url) || rules.some(matches => matches(url))
}

/** Go never uses a proxy for this machine itself. */
function isLoopback(url: URL): boolean {
  return hostOf(url) === 'localhost' || LOOPBACK(url)
}

const LOOPBACK = matchAny(matchNetwork('127.0.0.0/8'), matchNetwork('::1/128'))

function matchAny(...rules: readonly Matches[]): Matches {
  return url => rules.some(matches => matches(url))
}

const NOTHING: Matches = () => false

function parseEntry(entry: string): Matches {
  if (entry.includes('/')) return matchNetwork(entry)
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]:|([^:]*):)([^:]*)$/.exec(entry) ?? []
  const host = bracketed ?? plain ?? entry
  if (host === '') return NOTHING
  const named = isIP(host) === 0 ? matchDomain(host) : matchNetwork(`${host}/${isIPv6(host) ? 128 : 32}`)
  return url => (port === '' || port === String(portOf(url))) && named(url)
}

/** `.example.com` and `*.example.com` match sub-domains only; `example.com` also matches itself. */
function matchDomain(text: string): Matches {
  const name = text.startsWith('*.') ? text.slice(1) : text
  const suffix = name.startsWith('.') ? name : `.${name}`
  return url => {
    const host = hostOf(url)
    return isIP(host) === 0 && (host === name || host.endsWith(suffix))
  }
}

function matchNetwork(text: string): Matches {
  const network = parseNetwork(text)
  if (network === undefined) return NOTHING
  return url => isIP(hostOf(url)) !== 0 && isInNetwork(hostOf(url), network)
}
