/** What /etc/resolv.conf says, as Go reads it (net/dnsconfig_unix.go@go1.24). Pure. */
import { isIP } from 'node:net'

export interface DnsSettings {
  /** Addresses of the DNS servers, three at most. */
  readonly servers: readonly string[]
  /** Suffixes for names that are not absolute, with the final dot. */
  readonly search: readonly string[]
  /** From so many dots on, a name is queried as it stands first. */
  readonly ndots: number
  /** Limit for one query to one server. */
  readonly timeoutMs: number
  /** Rounds over all servers. */
  readonly attempts: number
  /** Each lookup starts with another server. */
  readonly rotate: boolean
  /** Asks for IPv4 and IPv6 one after the other. */
  readonly singleRequest: boolean
  /** Something here is left to the C library: Go does not know it, or c-ares cannot do it. */
  readonly foreign: boolean
}

const MAX_SERVERS = 3
const MAX_NDOTS = 15
const DEFAULT_SERVERS = ['127.0.0.1', '::1']
/** Without effect here: EDNS is not used, the file is read again anyway, and the AD bit is not looked at. */
const HARMLESS: readonly string[] = ['edns0', 'no-reload', 'trust-ad']

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
    foreign: false,
  }
  for (const line of (text ?? '').split('\n')) takeLine(line, draft)
  if (draft.servers.length === 0) draft.servers = DEFAULT_SERVERS
  if (draft.search.length === 0) draft.search = domainOf(hostName)
  return draft
}

function takeLine(line: string, draft: Draft): void {
  if (/^[;#]/.test(line)) return
  const [key, ...values] = line.split(/[ \t\r\n]+/).filter(Boolean)
  switch (key) {
    case undefined:
      return
    case 'nameserver':
      takeServer(values[0] ?? '', draft)
      return
    case 'domain':
      if (values[0] !== undefined) draft.search = [rooted(values[0])]
      return
    case 'search':
      draft.search = values.map(rooted).filter(name => name !== '.')
      return
    case 'options':
      for (const option of values) takeOption(option, draft)
      return
    // OpenBSD's; Go reads and ignores it here.
    case 'lookup':
      return
    default:
      draft.foreign = true
  }
}

function takeServer(address: string, draft: Draft): void {
  if (draft.servers.length >= MAX_SERVERS || isIP(address) === 0) return
  draft.servers = [...draft.servers, address]
  // c-ares drops the zone without a word.
  if (address.includes('%')) draft.foreign = true
}

function takeOption(option: string, draft: Draft): void {
  const [name, value = ''] = option.split(':')
  const number = /^\d+/.test(value) ? Number.parseInt(value, 10) : 0
  if (option.startsWith('ndots:')) draft.ndots = Math.min(number, MAX_NDOTS)
  else if (option.startsWith('timeout:')) draft.timeoutMs = 1000 * Math.max(1, number)
  else if (option.startsWith('attempts:')) draft.attempts = Math.max(1, number)
  else if (option === 'rotate') draft.rotate = true
  else if (name?.startsWith('single-request')) draft.singleRequest = true
  else if (!HARMLESS.includes(option)) draft.foreign = true
}

/** The servers in the order to query them, all of them `attempts` times; `start` counts with `rotate` alone. */
export function serversInTurn({ servers, attempts, rotate }: DnsSettings, start: number): readonly string[] {
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
