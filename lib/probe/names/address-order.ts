/** In which order addresses are tried: RFC 6724 as Go has it (net/addrselect.go@go1.24), rules 3, 4 and 7 left out. Pure. */
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
  prefix: bytesOf(prefix),
  bits,
  precedence,
  label,
}))

/** An address and the one this node would connect from; undefined: it has no route. */
export interface Destination {
  readonly address: string
  readonly source: string | undefined
}

/** The same ones, the best first; what is as good as another stays where it was. */
export function sortedDestinations<D extends Destination>(destinations: readonly D[]): readonly D[] {
  const traits = new Map(destinations.map(one => [one, traitsOf(one)]))
  return destinations.toSorted((a, b) => compare(traits.get(a) as Traits, traits.get(b) as Traits))
}

interface Traits {
  /** Each of them: the greater, the better; compared in this order. */
  readonly merits: readonly number[]
  /** Bits that an IPv6 address has in common with its source; undefined for IPv4, which rule 9 spares. */
  readonly common: number | undefined
}

function traitsOf({ address, source }: Destination): Traits {
  if (source === undefined) return { merits: [0], common: undefined }
  const [to, from] = [bytesOf(address), bytesOf(source)]
  const [toPolicy, fromPolicy] = [policyOf(to), policyOf(from)]
  const merits = [
    1,
    Number(scopeOf(to) === scopeOf(from)),
    Number(toPolicy.label === fromPolicy.label),
    toPolicy.precedence,
    -scopeOf(to),
  ]
  // The first 64 bits: behind them is the interface.
  return { merits, common: isV4(to) ? undefined : Math.min(64, commonBits(to, from)) }
}

function compare(a: Traits, b: Traits): number {
  for (const [i, merit] of a.merits.entries()) {
    const other = b.merits[i] ?? 0
    if (merit !== other) return other - merit
  }
  return a.common === undefined || b.common === undefined ? 0 : b.common - a.common
}

const LINK_LOCAL = 0x2
const SITE_LOCAL = 0x5
const GLOBAL = 0xe

/** RFC 6724 3.1 and 3.2. */
function scopeOf(bytes: readonly number[]): number {
  const [first = 0, second = 0, ...rest] = isV4(bytes) ? bytes.slice(12) : bytes
  if (isV4(bytes)) return first === 127 || (first === 169 && second === 254) ? LINK_LOCAL : GLOBAL
  const loopback = first === 0 && second === 0 && rest.every((byte, i) => byte === Number(i === 13))
  if (loopback || (first === 0xfe && (second & 0xc0) === 0x80)) return LINK_LOCAL
  if (first === 0xff) return second & 0xf
  return first === 0xfe && (second & 0xc0) === 0xc0 ? SITE_LOCAL : GLOBAL
}

function policyOf(bytes: readonly number[]): (typeof TABLE)[number] {
  const found = TABLE.find(({ prefix, bits }) => commonBits(prefix, bytes) >= bits)
  return found ?? (TABLE.at(-1) as (typeof TABLE)[number])
}

function isV4(bytes: readonly number[]): boolean {
  return commonBits(bytes, bytesOf('::ffff:0:0')) >= 96
}

function commonBits(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((byte, i) => byte !== b[i])
  return at === -1 ? 128 : 8 * at + Math.clz32((a[at] ?? 0) ^ (b[at] ?? 0)) - 24
}

/** Its 16 bytes; IPv4 as IPv6 (`::ffff:…`), a zone left out. */
function bytesOf(address: string): readonly number[] {
  const text = isIPv6(address) ? address.replace(/%.*/, '') : `::ffff:${address}`
  const [head = '', tail = ''] = text.split('::')
  const [before, after] = [bytesIn(head), bytesIn(tail)]
  return [...before, ...Array<number>(16 - before.length - after.length).fill(0), ...after]
}

function bytesIn(text: string): readonly number[] {
  return text.split(':').filter(Boolean).flatMap(pairOf)
}

/** Two bytes, or the four of an IPv4 address at the end. */
function pairOf(part: string): readonly number[] {
  if (part.includes('.')) return part.split('.').map(Number)
  const value = Number.parseInt(part, 16)
  return [value >> 8, value & 0xff]
}
