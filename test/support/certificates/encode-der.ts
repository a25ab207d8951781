/** Encodes DER: as much of it as certificates need. */
type Part = Uint8Array | readonly number[]

export function der(tag: number, ...parts: readonly Part[]): Buffer {
  const content = Buffer.concat(parts.map(part => Buffer.from(part)))
  const size = content.length
  const hex = size.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  const length = size < 0x80 ? [size] : [0x80 | bytes.length, ...bytes]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

export const sequence = (...parts: readonly Part[]) => der(0x30, ...parts)
export const set = (...parts: readonly Part[]) => der(0x31, ...parts)
export const octets = (...parts: readonly Part[]) => der(0x04, ...parts)
export const bits = (...parts: readonly Part[]) => der(0x03, [0], ...parts)
export const text = (value: string) => der(0x0c, Buffer.from(value))
export const boolean = (value: boolean) => der(0x01, [value ? 0xff : 0])

/** `[n]`; `contains`: made of other elements. */
export const tagged = (n: number, contains: boolean, ...parts: readonly Part[]) =>
  der((contains ? 0xa0 : 0x80) | n, ...parts)

/** Bytes as they are, or a number from 0 to 127. */
export const integer = (value: number | Part) => der(0x02, typeof value === 'number' ? [value] : value)

export function oid(value: string): Buffer {
  const [first = 0, second = 0, ...rest] = value.split('.').map(Number)
  return der(0x06, [first * 40 + second, ...rest].flatMap(base128))
}

function base128(number: number): readonly number[] {
  const low = number % 128
  return number < 128 ? [low] : [...base128(Math.floor(number / 128)).map(byte => byte | 0x80), low]
}

/** A GeneralizedTime, which has four digits for the year. */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/\.\d+|[-:T]/g, '')
  return der(0x18, Buffer.from(digits))
}

export function pemOf(title: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${title}-----`, ...lines, `-----END ${title}-----`, ''].join('\n')
}
