/** Addresses in hosts.toml as Go reads them. Pure. */
import path from 'node:path'
import { latin1, parseGoUrl } from '../../../model/go-url.ts'

/** The parts of a URL that containerd keeps: it drops credentials, query and fragment. */
export interface HostUrl {
  /** Lower case; empty where there is none. */
  readonly scheme: string
  /** With the port; empty where there is none. */
  readonly host: string
  /** Percent-decoded. */
  readonly path: string
}

/** Undefined where Go reports an error. */
export function parseHostUrl(text: string): HostUrl | undefined {
  const url = parseGoUrl(latin1(text))
  if (url === undefined) return undefined
  const { scheme, host, path: escaped } = url
  return { scheme, host: Buffer.from(host, 'latin1').toString('utf8'), path: decoded(escaped) }
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
