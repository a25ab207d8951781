/** Extensions of certificates. */
import { isIPv4 } from 'node:net'
import { bits, boolean, der, integer, octets, oid, sequence, tagged } from './encode-der.ts'

/** An encoded extension, and where it belongs: a later one with the same OID replaces it. */
export interface Extension {
  readonly id: string
  readonly bytes: Buffer
}

export function extension(id: string, value: Buffer, critical = false): Extension {
  return { id, bytes: sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value)) }
}

const KINDS: Readonly<Record<string, number>> = { email: 1, dns: 2, uri: 6, ip: 7 }

/** `dns:name`, `ip:address`, `uri:…`, `email:…`, as bytes of Latin-1. */
function generalName(name: string): Buffer {
  const [kind = '', ...rest] = name.split(':')
  const value = rest.join(':')
  return tagged(KINDS[kind] ?? 0, false, kind === 'ip' ? addressBytes(value) : Buffer.from(value, 'latin1'))
}

/** An address, or a network as `address/mask`. */
function addressBytes(value: string): Buffer {
  const parts = value.split('/').map(part => (isIPv4(part) ? part.split('.').map(Number) : hexBytes(part)))
  return Buffer.from(parts.flat())
}

/** IPv6 without `::`. */
function hexBytes(address: string): readonly number[] {
  return [
    ...Buffer.from(
      address
        .split(':')
        .map(part => part.padStart(4, '0'))
        .join(''),
      'hex',
    ),
  ]
}

export const alternativeNames = (names: readonly string[], critical = false) =>
  extension('2.5.29.17', sequence(...names.map(generalName)), critical)

/** `pathlen`: how many CAs may follow. */
export const basicConstraints = (ca: boolean, pathlen?: number) =>
  extension(
    '2.5.29.19',
    sequence(...(ca ? [boolean(true)] : []), ...(pathlen === undefined ? [] : [integer(pathlen)])),
    true,
  )

/** `bit`: 0 is digitalSignature, 5 is keyCertSign. */
export function keyUsage(bit: number): Extension {
  return extension('2.5.29.15', der(0x03, [7 - bit, 0x80 >> bit]), true)
}

export const USAGE = {
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
  any: '2.5.29.37.0',
  unknown: '1.2.3.4',
} as const

export const extendedKeyUsage = (...usages: readonly string[]) =>
  extension('2.5.29.37', sequence(...usages.map(oid)))

export function nameConstraints(
  permitted: readonly string[],
  excluded: readonly string[] = [],
  critical = true,
): Extension {
  const trees = (names: readonly string[]) => names.map(name => sequence(generalName(name)))
  const parts = [permitted, excluded].map((names, n) =>
    names.length > 0 ? [tagged(n, true, ...trees(names))] : [],
  )
  return extension('2.5.29.30', sequence(...parts.flat()), critical)
}

export const subjectKey = (id: string, critical = false) =>
  extension('2.5.29.14', octets(Buffer.from(id)), critical)

export const authorityKey = (id: string, critical = false) =>
  extension('2.5.29.35', sequence(tagged(0, false, Buffer.from(id))), critical)

/** No software knows it. */
export const unknownExtension = (critical: boolean) => extension('1.2.3.4.5', bits([1]), critical)
