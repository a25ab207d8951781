/** Settings in /etc/resolv.conf, as Go reads them (net/dnsconfig_unix.go@go1.24). Pure. */
import { isIP } from 'node:net'

export interface DnsSettings {
  /** Addresses of the DNS servers, at most three. */
  readonly servers: readonly string[]
  /** Suffixes for names that are not absolute, with the final dot. */
  readonly search: readonly string[]
  /** A name with this many dots or more is queried as written first. */
  readonly ndots: number
  /** Limit for one query to one server. */
  readonly timeoutMs: number
  /** Rounds over all servers. */
  readonly attempts: number
  /** Each lookup starts with another server. */
  readonly rotate: boolean
  /** IPv4 and IPv6 are queried one after the other. */
  readonly singleRequest: boolean
  /** Something in the file is left to the C library: Go does not know it, or c-ares cannot do it. */
  readonly needsLibc: boolean
}

const MAX_SERVERS = 3
const MAX_NDOTS = 15
const DEFAULT_SERVERS = ['127.0.0.1', '::1']
/** Without effect here: EDNS is not used, the file is read again anyway, and the AD bit is not checked. */
const IGNORED: readonly string[] = ['edns0', 'no-reload', 'trust-ad']

type Draft = { -readonly [K in keyof DnsSettings]: DnsSettings[K] }

/** The settings in `text`; undefined: there is no such file. `hostName` gives the search domain where none is set. */
export function parseResolvConf(text: string | undefined, hostName: string): DnsSettings {
  const draft: Draft = {
    servers: [],
    search: [],
    ndots: 1,
    timeoutMs: 5000,
    attempts: 2,
    rotate: false,
    singleRequest: false,
    needsLibc: false,
  }
  for (const line of (text ?? '').split('\n')) parseLine(line, draft)
  if (draft.servers.length === 0) draft.servers = DEFAULT_SERVERS
  if (draft.search.length === 0) draft.search = domainOf(hostName)
  return draft
}

function parseLine(line: string, draft: Draft): void {
  if (/^[;#]/.test(line)) return
  const [key, ...values] = line.split(/[ \t\r\n]+/).filter(Boolean)
  switch (key) {
    case undefined:
      return
    case 'nameserver':
      addServer(values[0] ?? '', draft)
      return
    case 'domain':
      if (values[0] !== undefined) draft.search = [rooted(values[0])]
      return
    case 'search':
      draft.search = values.map(rooted).filter(name => name !== '.')
      return
    case 'options':
      for (const option of values) setOption(option, draft)
      return
    // OpenBSD's keyword; Go reads and ignores it on Linux.
    case 'lookup':
      return
    default:
      draft.needsLibc = true
  }
}

function addServer(address: string, draft: Draft): void {
  if (draft.servers.length >= MAX_SERVERS || isIP(address) === 0) return
  draft.servers = [...draft.servers, address]
  // c-ares drops the zone without an error.
  if (address.includes('%')) draft.needsLibc = true
}

function setOption(option: string, draft: Draft): void {
  const [name, value = ''] = option.split(':')
  const number = /^\d+/.test(value) ? Number.parseInt(value, 10) : 0
  if (option.startsWith('ndots:')) draft.ndots = Math.min(number, MAX_NDOTS)
  else if (option.startsWith('timeout:')) draft.timeoutMs = 1000 * Math.max(1, number)
  else if (option.startsWith('attempts:')) draft.attempts = Math.max(1, number)
  else if (option === 'rotate') draft.rotate = true
  else if (name?.startsWith('single-request')) draft.singleRequest = true
  else if (!IGNORED.includes(option)) draft.needsLibc = true
}

/** The servers in the order of the queries, each of them `attempts` times; `start` counts only with `rotate`. */
export function listServers({ servers, attempts, rotate }: DnsSettings, start: number): readonly string[] {
  const first = rotate ? start % servers.length : 0
  const round = [...servers.slice(first), ...servers.slice(0, first)]
  return Array.from({ length: attempts }, () => round).flat()
}

function rooted(name: string): string {
  return name.endsWith('.') ? name : `${name}.`
}

function domainOf(hostName: string): readonly string[] {
  const dot = hostName.indexOf('.')
  return dot >= 0 && dot < hostName.length - 1 ? [rooted(hostName.slice(dot + 1))] : []
}
