/**
 * The order in which addresses are tried: RFC 6724 as Go implements it (net/addrselect.go@go1.24), without rules 3, 4
 * and 7. Pure.
 */
import { isIPv6 } from 'node:net'

/** Prefix, its bits, precedence and label (RFC 6724 2.1), longest prefix first. */
const POLICIES = [
  ['::1', 128, 50, 0],
  ['::ffff:0:0', 96, 35, 4],
  ['::', 96, 1, 3],
  ['2001::', 32, 5, 5],
  ['2002::', 16, 30, 2],
  ['3ffe::', 16, 1, 12],
  ['fec0::', 10, 1, 11],
  ['fc00::', 7, 3, 13],
  ['::', 0, 40, 1],
] as const

const TABLE = POLICIES.map(([prefix, bits, precedence, label]) => ({
  prefix: parseAddress(prefix),
  bits,
  precedence,
  label,
}))

/** An address and the one that this node would connect from; undefined: there is no route. */
export interface Destination {
  readonly address: string
  readonly source: string | undefined
}

/** The best destination first; equally good ones keep their order. */
export function sortDestinations<D extends Destination>(destinations: readonly D[]): readonly D[] {
  const ranks = new Map(destinations.map(destination => [destination, rank(destination)]))
  return destinations.toSorted((a, b) => compare(ranks.get(a) as Rank, ranks.get(b) as Rank))
}

interface Rank {
  /** Compared one after another; the greater value wins. */
  readonly criteria: readonly number[]
  /** Leading bits that an IPv6 address shares with its source; undefined for IPv4, to which rule 9 does not apply. */
  readonly commonBits: number | undefined
}

function rank({ address, source }: Destination): Rank {
  if (source === undefined) return { criteria: [0], commonBits: undefined }
  const [to, from] = [parseAddress(address), parseAddress(source)]
  const [toPolicy, fromPolicy] = [findPolicy(to), findPolicy(from)]
  const criteria = [
    1,
    Number(findScope(to) === findScope(from)),
    Number(toPolicy.label === fromPolicy.label),
    toPolicy.precedence,
    -findScope(to),
  ]
  // Only the first 64 bits count: the rest identifies the interface.
  return { criteria, commonBits: isV4(to) ? undefined : Math.min(64, countCommonBits(to, from)) }
}

function compare(a: Rank, b: Rank): number {
  for (const [i, value] of a.criteria.entries()) {
    const other = b.criteria[i] ?? 0
    if (value !== other) return other - value
  }
  return a.commonBits === undefined || b.commonBits === undefined ? 0 : b.commonBits - a.commonBits
}

const LINK_LOCAL = 0x2
const SITE_LOCAL = 0x5
const GLOBAL = 0xe

/** RFC 6724 3.1 and 3.2. */
function findScope(bytes: readonly number[]): number {
  const [first = 0, second = 0, ...rest] = isV4(bytes) ? bytes.slice(12) : bytes
  if (isV4(bytes)) return first === 127 || (first === 169 && second === 254) ? LINK_LOCAL : GLOBAL
  const loopback = first === 0 && second === 0 && rest.every((byte, i) => byte === Number(i === 13))
  if (loopback || (first === 0xfe && (second & 0xc0) === 0x80)) return LINK_LOCAL
  if (first === 0xff) return second & 0xf
  return first === 0xfe && (second & 0xc0) === 0xc0 ? SITE_LOCAL : GLOBAL
}

function findPolicy(bytes: readonly number[]): (typeof TABLE)[number] {
  const found = TABLE.find(({ prefix, bits }) => countCommonBits(prefix, bytes) >= bits)
  return found ?? (TABLE.at(-1) as (typeof TABLE)[number])
}

function isV4(bytes: readonly number[]): boolean {
  return countCommonBits(bytes, parseAddress('::ffff:0:0')) >= 96
}

function countCommonBits(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((byte, i) => byte !== b[i])
  return at === -1 ? 128 : 8 * at + Math.clz32((a[at] ?? 0) ^ (b[at] ?? 0)) - 24
}

/** The 16 bytes of an address; IPv4 as IPv6 (`::ffff:…`), without a zone. */
function parseAddress(address: string): readonly number[] {
  const text = isIPv6(address) ? address.replace(/%.*/, '') : `::ffff:${address}`
  const [head = '', tail = ''] = text.split('::')
  const [before, after] = [parseGroups(head), parseGroups(tail)]
  return [...before, ...Array<number>(16 - before.length - after.length).fill(0), ...after]
}

function parseGroups(text: string): readonly number[] {
  return text.split(':').filter(Boolean).flatMap(parseGroup)
}

/** Two bytes, or the four of an IPv4 address at the end. */
function parseGroup(group: string): readonly number[] {
  if (group.includes('.')) return group.split('.').map(Number)
  const value = Number.parseInt(group, 16)
  return [value >> 8, value & 0xff]
}
