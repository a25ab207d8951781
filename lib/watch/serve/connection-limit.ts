/** Which connection is closed when there are too many. Pure. */
import { isIPv6 } from 'node:net'

export interface Connection {
  readonly peer: string
  /** Whether its request has arrived in whole; before that it is idle or slow. */
  readonly requested: boolean
}

/**
 * The connection to close for a new one of `peer`; `open` is oldest first. It is one of the peer with the most
 * connections, so that no peer keeps others out: the oldest one without a request, or else the oldest one. On loopback
 * all clients are one peer; a check that sends its request immediately gets its response before it is the oldest.
 */
export function selectConnectionToClose<C extends Connection>(
  open: readonly C[],
  peer: string,
): C | undefined {
  const counts = new Map([[peer, 1]])
  for (const one of open) counts.set(one.peer, (counts.get(one.peer) ?? 0) + 1)
  const most = Math.max(...counts.values())
  const largest = open.filter(one => counts.get(one.peer) === most)
  return largest.find(({ requested }) => !requested) ?? largest[0] ?? open[0]
}

/**
 * The peer that an address belongs to: a host can use a /64 of IPv6 addresses (RFC 4291, 2.5.4), and a local user all
 * of 127.0.0.0/8.
 */
export function findPeer(address: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (address === '::1' || v4?.startsWith('127.')) return 'loopback'
  if (v4 !== undefined || !isIPv6(address)) return v4 ?? address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const omitted = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  const all = [...groups, ...Array<string>(omitted).fill('0'), ...(tail ?? '').split(':')]
  return all.slice(0, 4).join(':')
}
