/** Lookups without the C library: /etc/hosts and DNS, as Go's own resolver goes about it (net/dnsclient_unix.go@go1.24). */
import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { coded } from '../http/coded-error.ts'
import { sortedDestinations } from './address-order.ts'
import { type Family, queryServers } from './dns-query.ts'
import { isDomainName, questionsFor } from './domain-name.ts'
import { addressesInHosts } from './hosts-file.ts'
import type { ReadNameSystem } from './name-system.ts'
import type { LookupOrder } from './nsswitch.ts'
import type { DnsSettings } from './resolv-conf.ts'
import { sourceFor } from './sockets.ts'

const FAMILIES: readonly Family[] = [4, 6]

/** A response may hold thousands: these are put in order, the rest stay behind them. */
const MAX_SORTED = 64

/** The addresses of a name in the order in which Go dials them. Rejects as queryServers does. */
export async function ownLookup(
  name: string,
  order: Exclude<LookupOrder, 'system'>,
  system: ReadNameSystem,
  end: AbortSignal,
): Promise<readonly LookupAddress[]> {
  return await sorted(await unsorted(name, order, system, end))
}

async function unsorted(
  name: string,
  order: Exclude<LookupOrder, 'system'>,
  { hosts, dns }: ReadNameSystem,
  end: AbortSignal,
): Promise<readonly LookupAddress[]> {
  const listed = order === 'dns' ? [] : addressesInHosts(hosts, name)
  const inFile = listed.map(address => ({ address, family: isIP(address) }))
  if (order === 'files' && inFile.length === 0) throw coded('ENOTFOUND')
  if (order.startsWith('files') && inFile.length > 0) return inFile
  try {
    return await queryAll(name, dns, end)
  } catch (error) {
    end.throwIfAborted()
    if (inFile.length > 0) return inFile
    throw error
  }
}

/** Queries one absolute name after another, until there is one with addresses. */
async function queryAll(
  name: string,
  settings: DnsSettings,
  end: AbortSignal,
): Promise<readonly LookupAddress[]> {
  let failure: unknown
  for (const question of isDomainName(name) ? questionsFor(name, settings) : []) {
    const { found, error } = await queryFamilies(question, settings, end)
    if (found.length > 0) return found
    // What came of the name as it was written says most.
    if (failure === undefined || question === `${name}.`) failure = error
  }
  throw failure ?? coded('ENOTFOUND')
}

interface Found {
  readonly found: readonly LookupAddress[]
  /** Of the first family that failed. */
  readonly error?: unknown
}

/** IPv4 and IPv6; an answer to one is enough, but both are waited for. */
async function queryFamilies(name: string, settings: DnsSettings, end: AbortSignal): Promise<Found> {
  const query = (family: Family) => queryServers(name, family, settings, end)
  const outcomes = settings.singleRequest
    ? [...(await Promise.allSettled([query(4)])), ...(await Promise.allSettled([query(6)]))]
    : await Promise.allSettled(FAMILIES.map(query))
  end.throwIfAborted()
  const found = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? outcome.value : []))
  const failed = outcomes.find(outcome => outcome.status === 'rejected')
  return { found, error: failed?.reason }
}

async function sorted(addresses: readonly LookupAddress[]): Promise<readonly LookupAddress[]> {
  if (addresses.length < 2) return addresses
  const withSource = async (one: LookupAddress) => ({ ...one, source: await sourceFor(one.address) })
  const destinations = await Promise.all(addresses.slice(0, MAX_SORTED).map(withSource))
  const best = sortedDestinations(destinations).map(({ address, family }) => ({ address, family }))
  return [...best, ...addresses.slice(MAX_SORTED)]
}
