/** Reads DER as strictly as Go does (golang.org/x/crypto/cryptobyte/asn1.go@go1.24). Pure. */
import { malformed } from './malformed.ts'

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** A tag of the context: `[n]`. */
export const context = (n: number) => 0x80 | n
export const constructed = (n: number) => 0xa0 | n

export interface Element {
  readonly tag: number
  readonly content: Buffer
  /** Tag and length included. */
  readonly whole: Buffer
}

/** The elements of a value, one after another; each method throws `malformed(part)`. */
export interface Elements {
  /** Whether another element follows. */
  more(): boolean
  /** The tag of the next element. */
  peek(): number | undefined
  any(): Element
  /** The next element, which must have that tag. */
  next(tag: number): Element
  /** The next element, if it has that tag. */
  optional(tag: number): Element | undefined
}

export function readElements(bytes: Buffer, part: string): Elements {
  let rest = bytes
  const any = () => {
    const element = firstElement(rest)
    if (element === undefined) throw malformed(part)
    rest = rest.subarray(element.whole.length)
    return element
  }
  const next = (tag: number) => {
    const element = any()
    if (element.tag !== tag) throw malformed(part)
    return element
  }
  return {
    more: () => rest.length > 0,
    peek: () => rest[0],
    any,
    next,
    optional: tag => (rest[0] === tag ? next(tag) : undefined),
  }
}

/** The elements of a SEQUENCE that `bytes` starts with. */
export function readSequence(bytes: Buffer, part: string): Elements {
  return readElements(readElements(bytes, part).next(TAG.sequence).content, part)
}

/** Only tags of one byte, and definite lengths in their shortest form. */
function firstElement(bytes: Buffer): Element | undefined {
  const [tag, first] = bytes
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined
  const width = first < 0x80 ? 0 : first & 0x7f
  const start = 2 + width
  if (first === 0x80 || width > 4 || bytes.length < start) return undefined
  const length = width === 0 ? first : bytes.readUIntBE(2, width)
  const isShortest = width === 0 || (length >= 0x80 && bytes[2] !== 0)
  if (!isShortest || bytes.length < start + length) return undefined
  const end = start + length
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(0, end) }
}

/** The content of an INTEGER, which must be in its shortest form. */
export function checkInteger(content: Buffer, part: string): Buffer {
  const [first = 0, second = 0] = content
  const padded = content.length > 1 && (first === 0 ? second < 0x80 : first === 0xff && second >= 0x80)
  if (content.length === 0 || padded) throw malformed(part)
  return content
}

/** The content of an INTEGER of at most eight bytes. */
export function readNumber(content: Buffer, part: string): number {
  if (checkInteger(content, part).length > 8) throw malformed(part)
  return Number(BigInt.asIntN(8 * content.length, BigInt(`0x${content.toString('hex')}`)))
}

export function readBoolean(content: Buffer, part: string): boolean {
  const [value] = content
  if (content.length !== 1 || (value !== 0 && value !== 0xff)) throw malformed(part)
  return value === 0xff
}

/** Bytes of a BIT STRING; unused bits must be zero. */
export function readBits(content: Buffer, part: string): Buffer {
  const [unused = 8, ...bits] = content
  const last = bits.at(-1) ?? 0
  if (unused > 7 || (last & ((1 << unused) - 1)) !== 0 || (bits.length === 0 && unused !== 0))
    throw malformed(part)
  return content.subarray(1)
}

/** `2.5.29.17`. */
export function readOid(content: Buffer, part: string): string {
  const numbers = base128(content, part)
  const [first = 0, ...rest] = numbers
  const top = Math.min(2, Math.floor(first / 40))
  return [top, first - 40 * top, ...rest].join('.')
}

export interface Algorithm {
  readonly oid: string
  /** With tag and length; undefined if there are none. */
  readonly parameters: Buffer | undefined
}

/** `identifier`: the content of an AlgorithmIdentifier. */
export function readAlgorithm(identifier: Buffer, part: string): Algorithm {
  const elements = readElements(identifier, part)
  const oid = readOid(elements.next(TAG.oid).content, part)
  return { oid, parameters: elements.more() ? elements.any().whole : undefined }
}

function base128(content: Buffer, part: string): readonly number[] {
  const numbers: number[] = []
  let number = 0
  let length = 0
  for (const byte of content) {
    // Go reads at most 31 bits, in their shortest form.
    if ((length === 0 && byte === 0x80) || length === 5 || number >= 2 ** 24) throw malformed(part)
    number = number * 128 + (byte & 0x7f)
    length++
    if (byte >= 0x80) continue
    numbers.push(number)
    number = 0
    length = 0
  }
  if (length > 0 || numbers.length === 0) throw malformed(part)
  return numbers
}
