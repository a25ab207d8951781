/** The parts of the address space, which decide where a redirect may lead. Pure. */
import { isInNetwork, parseNetwork } from './network.ts'

/** `public` is everything outside the other three. */
export type Space = 'loopback' | 'link-local' | 'private' | 'public'

const RANGES: readonly (readonly [Exclude<Space, 'public'>, readonly string[]])[] = [
  // The unspecified address reaches this node, as loopback does.
  ['loopback', ['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  // 100.64.0.0/10 is shared address space (RFC 6598): overlay networks, and one cloud's metadata address.
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']],
]

const SPACES = RANGES.map(([space, ranges]) => ({
  space,
  networks: ranges.flatMap(range => parseNetwork(range) ?? []),
}))

/** The space of an IP address; IPv4 written as IPv6 counts as IPv4. */
export function classifyAddress(address: string): Space {
  const found = SPACES.find(({ networks }) => networks.some(network => isInNetwork(address, network)))
  return found?.space ?? 'public'
}
