/** Networks in CIDR notation. Pure. */
import { BlockList, isIP, isIPv6 } from 'node:net'

/** `10.0.0.0/8`, `fd00::/8`; undefined for anything else. */
export function parseNetwork(text: string): BlockList | undefined {
  const [, network = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(network)] ?? -1
  if (Number(bits) > most || bits === '') return undefined
  const list = new BlockList()
  list.addSubnet(network, Number(bits), familyOf(network))
  return list
}

/** IPv4 written as IPv6 counts as IPv4. */
export function isInNetwork(address: string, network: BlockList): boolean {
  return network.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
