/** Which addresses may be connected to. */
import dns from 'node:dns'
import net from 'node:net'
import { coded } from './coded.ts'
import { onEnd } from './connect.ts'
import { type Space, spaceOf } from './space.ts'

/** Code of the error about an address that lies elsewhere. */
export const SPACE_REFUSED = 'SPACE_REFUSED'

/**
 * The addresses of a name, as the system orders them. A name is judged by what it resolves to: names are cheap, and may
 * mean another address a second later. Rejects with the system's error, or with the reason of `end`.
 */
export async function addressesOf(
  name: string,
  spaces: readonly Space[] | undefined,
  end: AbortSignal,
): Promise<readonly dns.LookupAddress[]> {
  const family = net.isIP(name)
  if (family !== 0) return [{ address: name, family }]
  return await new Promise((resolve, reject) => {
    onEnd(end, () => reject(end.reason))
    dns.lookup(name, { all: true, hints: dns.ADDRCONFIG }, (error, found) => {
      if (error) reject(error)
      else if (found.every(({ address }) => allowed(address, spaces))) resolve(found)
      else reject(coded(SPACE_REFUSED))
    })
  })
}

/** Literal addresses are connected to without a lookup. */
export function refuseLiteral(url: URL, spaces: readonly Space[] | undefined): void {
  const host = hostOf(url)
  if (net.isIP(host) !== 0 && !allowed(host, spaces)) throw coded(SPACE_REFUSED)
}

function allowed(address: string, spaces: readonly Space[] | undefined): boolean {
  return spaces?.includes(spaceOf(address)) ?? true
}

/** The name or address in a url, an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}
