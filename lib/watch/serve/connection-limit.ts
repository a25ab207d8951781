/** Who holds connections to the watcher, and who gives way when there are too many. Pure. */
import { isIPv6 } from 'node:net'

export interface Connection {
  readonly peer: string
  /** Whether its request has arrived in whole; before that it is idle or slow. */
  readonly asked: boolean
}

/**
 * Who gives way to a new connection of `peer`; `open` is all there are, oldest first. That is one of the peer that holds the most, so that
 * nobody keeps others out. On loopback everybody is one peer: there it is the oldest connection that has not asked
 * yet, and only then the oldest that is being answered. Who asks at once, as checks do, is answered before their turn.
 */
export function givingWay<C extends Connection>(open: readonly C[], peer: string): C | undefined {
  const counts = new Map([[peer, 1]])
  for (const one of open) counts.set(one.peer, (counts.get(one.peer) ?? 0) + 1)
  const most = Math.max(...counts.values())
  const largest = open.filter(one => counts.get(one.peer) === most)
  return largest.find(({ asked }) => !asked) ?? largest[0] ?? open[0]
}

/**
 * Whom an address belongs to: a host has a /64 of IPv6 addresses to choose from (RFC 4291, 2.5.4), and every local
 * user all of 127.0.0.0/8.
 */
export function peerOf(address: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (address === '::1' || v4?.startsWith('127.')) return 'loopback'
  if (v4 !== undefined || !isIPv6(address)) return v4 ?? address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const omitted = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  const all = [...groups, ...Array<string>(omitted).fill('0'), ...(tail ?? '').split(':')]
  return all.slice(0, 4).join(':')
}
