/** Lookups without the C library: /etc/hosts and DNS, as Go's own resolver does them (net/dnsclient_unix.go@go1.24). */
import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { codedError } from '../../system/coded-error.ts'
import { sortDestinations } from './address-order.ts'
import { type Family, queryServers } from './dns-query.ts'
import { isDomainName, listQueryNames } from './domain-name.ts'
import { findInHosts } from './etc-hosts.ts'
import type { NameSettings } from './name-settings.ts'
import type { LookupOrder } from './nsswitch.ts'
import type { DnsSettings } from './resolv-conf.ts'
import { findSource } from './sockets.ts'

const FAMILIES: readonly Family[] = [4, 6]

/** A response may hold thousands of addresses: these are sorted, the rest stay behind them. */
const MAX_SORTED = 64

/** The addresses of a name in the order in which Go dials them. Rejects as queryServers does. */
export async function lookUpAsGo(
  name: string,
  order: Exclude<LookupOrder, 'system'>,
  settings: NameSettings,
  signal: AbortSignal,
): Promise<readonly LookupAddress[]> {
  return await sortAddresses(await findAddresses(name, order, settings, signal))
}

async function findAddresses(
  name: string,
  order: Exclude<LookupOrder, 'system'>,
  { hosts, dns }: NameSettings,
  signal: AbortSignal,
): Promise<readonly LookupAddress[]> {
  const listed = order === 'dns' ? [] : findInHosts(hosts, name)
  const inFile = listed.map(address => ({ address, family: isIP(address) }))
  if (order === 'files' && inFile.length === 0) throw codedError('ENOTFOUND')
  if (order.startsWith('files') && inFile.length > 0) return inFile
  try {
    return await queryNames(name, dns, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (inFile.length > 0) return inFile
    throw error
  }
}

/** Queries one absolute name after another, until one has addresses. */
async function queryNames(
  name: string,
  settings: DnsSettings,
  signal: AbortSignal,
): Promise<readonly LookupAddress[]> {
  let failure: unknown
  for (const queried of isDomainName(name) ? listQueryNames(name, settings) : []) {
    const { found, error } = await queryFamilies(queried, settings, signal)
    if (found.length > 0) return found
    // The error for the name as written is the most useful one.
    if (failure === undefined || queried === `${name}.`) failure = error
  }
  throw failure ?? codedError('ENOTFOUND')
}

interface Found {
  readonly found: readonly LookupAddress[]
  /** Of the first family that failed. */
  readonly error?: unknown
}

/** IPv4 and IPv6: one of them is enough, but both are waited for. */
async function queryFamilies(name: string, settings: DnsSettings, signal: AbortSignal): Promise<Found> {
  const query = (family: Family) => queryServers(name, family, settings, signal)
  const outcomes = settings.singleRequest
    ? [...(await Promise.allSettled([query(4)])), ...(await Promise.allSettled([query(6)]))]
    : await Promise.allSettled(FAMILIES.map(query))
  signal.throwIfAborted()
  const found = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? outcome.value : []))
  const failed = outcomes.find(outcome => outcome.status === 'rejected')
  return { found, error: failed?.reason }
}

async function sortAddresses(addresses: readonly LookupAddress[]): Promise<readonly LookupAddress[]> {
  if (addresses.length < 2) return addresses
  const withSource = async (one: LookupAddress) => ({ ...one, source: await findSource(one.address) })
  const destinations = await Promise.all(addresses.slice(0, MAX_SORTED).map(withSource))
  const sorted = sortDestinations(destinations).map(({ address, family }) => ({ address, family }))
  return [...sorted, ...addresses.slice(MAX_SORTED)]
}
