/** Addresses in hosts.toml as Go reads them. Pure. */
import path from 'node:path'
import { isGoUrl } from '../go-values.ts'

/** The parts of a url that containerd keeps: it drops credentials, query and fragment. */
export interface GoUrl {
  /** Lower case; empty where there is none. */
  readonly scheme: string
  /** With the port; empty where there is none. */
  readonly host: string
  /** Percent-decoded. */
  readonly path: string
}

/** net/url.Parse (src/net/url/url.go@go1.23); undefined where it fails. */
export function parseGoUrl(text: string): GoUrl | undefined {
  if (!isGoUrl(text)) return undefined
  const whole = text.replace(/[?#].*$/s, '')
  const [, scheme = '', rest = whole] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(whole) ?? []
  // What follows a scheme without a slash is neither host nor path.
  if (scheme !== '' && !rest.startsWith('/')) return { scheme: scheme.toLowerCase(), host: '', path: '' }
  const [, authority = '', below = rest] = /^\/\/([^/]*)(.*)$/s.exec(rest) ?? []
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return { scheme: scheme.toLowerCase(), host, path: decoded(below) }
}

/** path.Clean of Go. */
export function cleanPath(text: string): string {
  const clean = path.posix.normalize(text)
  return clean === '/' ? clean : clean.replace(/\/$/, '')
}

/** The port of `host:port` as net.SplitHostPort gives it; empty where there is none. */
export function portOf(host: string): string {
  return /^(?:\[[^\]]*\]|[^:[\]]*):([^:]*)$/.exec(host)?.[1] ?? ''
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const IPV4 = /^127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/

/** docker.MatchLocalhost, core/remotes/docker/registry.go:212-245@v2.3.4: of IPv6 only `[::1]` counts without a port. */
export function isLocalhost(host: string): boolean {
  const [, address, name = host] = /^(?:\[([^\]]*)\]|([^:[\]]*)):\d+$/.exec(host) ?? []
  if (address !== undefined) return isLoopbackIpv6(address)
  return name === '[::1]' || name === 'localhost' || IPV4.test(name)
}

function isLoopbackIpv6(address: string): boolean {
  if (!URL.canParse(`http://[${address}]`)) return false
  return /^\[(?:::1|::ffff:7f[\da-f]{2}:[\da-f]{1,4})\]$/.test(new URL(`http://[${address}]`).hostname)
}
