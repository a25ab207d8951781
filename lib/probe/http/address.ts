/** Which addresses may be connected to. */
import type { LookupAddress } from 'node:dns'
import net from 'node:net'
import type { NameLookup } from '../names/name-lookup.ts'
import { type Space, spaceOf } from './address-space.ts'
import { coded } from './coded-error.ts'

/** Code of the error about an address that lies elsewhere. */
export const SPACE_REFUSED = 'SPACE_REFUSED'

/** More are not dialled within any limit; a response may hold thousands. */
const MAX_ADDRESSES = 64

/**
 * Resolves when the lookup of a name has begun, to its addresses in the order in which containerd dials them. A name is
 * judged by what it resolves to: names are cheap, and may mean another address a second later. Rejects as `lookUp` does,
 * and with SPACE_REFUSED.
 */
export async function beginLookup(
  name: string,
  spaces: readonly Space[] | undefined,
  lookUp: NameLookup,
  end: AbortSignal,
): Promise<() => Promise<readonly LookupAddress[]>> {
  const family = net.isIP(name)
  if (family !== 0) return async () => [{ address: name, family }]
  const { addresses } = await lookUp(name, end)
  return async () => {
    const found = await addresses
    if (!found.every(({ address }) => allowed(address, spaces))) throw coded(SPACE_REFUSED)
    return found.slice(0, MAX_ADDRESSES)
  }
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
