/** The addresses that may be connected to. */
import type { LookupAddress } from 'node:dns'
import net from 'node:net'
import { classifyAddress, type Space } from '../../model/address-space.ts'
import { isInNetwork, parseNetwork } from '../../model/network.ts'
import { hostOf } from '../../model/url-host.ts'
import { codedError } from '../../system/coded-error.ts'
import type { NameLookup } from '../dns/name-lookup.ts'
import { SPACE_REFUSED } from './error-codes.ts'

/** A response may hold thousands of addresses; no time limit suffices to dial more than these. */
const MAX_ADDRESSES = 64

/** Where an endpoint may send a probe: parts of the address space, and the hosts that the list allows. */
export interface AllowedHosts {
  readonly spaces: readonly Space[]
  /** Exact names, addresses, and networks. */
  readonly named: readonly string[]
}

interface LookupOptions {
  /** Undefined: any. */
  readonly allowed: AllowedHosts | undefined
  readonly lookUp: NameLookup
  readonly signal: AbortSignal
}

/**
 * Resolves once the lookup of a host has started; the function gives its addresses in the order in which containerd
 * dials them. What a name resolves to is checked, not the name, since anyone can register a name for any address.
 * Rejects as `lookUp` does, and with SPACE_REFUSED.
 */
export async function startLookup(
  host: string,
  { allowed, lookUp, signal }: LookupOptions,
): Promise<() => Promise<readonly LookupAddress[]>> {
  const family = net.isIP(host)
  if (family !== 0) return async () => [{ address: host, family }]
  const { addresses } = await lookUp(host, signal)
  return async () => {
    const found = await addresses
    if (!found.every(({ address }) => isAllowed(host, address, allowed))) throw codedError(SPACE_REFUSED)
    return found.slice(0, MAX_ADDRESSES)
  }
}

/** Addresses in a url are connected to without a lookup, so they are checked here. */
export function checkLiteralAddress(url: URL, allowed: AllowedHosts | undefined): void {
  const host = hostOf(url)
  if (net.isIP(host) !== 0 && !isAllowed(host, host, allowed)) throw codedError(SPACE_REFUSED)
}

function isAllowed(host: string, address: string, allowed: AllowedHosts | undefined): boolean {
  if (allowed === undefined || allowed.spaces.includes(classifyAddress(address))) return true
  return allowed.named.some(entry => {
    const network = parseNetwork(entry)
    return network === undefined ? entry.toLowerCase() === host : isInNetwork(address, network)
  })
}
