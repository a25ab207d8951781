/** Makes the PNG of a browser smaller: one byte per pixel is enough for a picture of text. Pure. */
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE_BYTES = 8
const COLORS = 256
/** Color type of a PNG with a palette (PNG 11.2.2). */
const INDEXED = 3
/** Square of the distance below which two colors look alike. */
const ALIKE = 100

interface Pixels {
  readonly width: number
  readonly height: number
  /** 0xRRGGBB, row by row. */
  readonly colors: Uint32Array
}

/** Reads 8 bits per channel without interlacing, as browsers write. */
export function indexedPng(png: Buffer): Buffer {
  const { width, height, colors } = decode(png)
  const palette = paletteOf(colors)
  const indexOf = new Map<number, number>(palette.map((color, index) => [color, index]))
  const rows = Buffer.alloc((width + 1) * height)
  colors.forEach((color, i) => {
    const index = indexOf.get(color) ?? nearest(color, palette)
    indexOf.set(color, index)
    rows[i + Math.floor(i / width) + 1] = index
  })
  const header = Buffer.from(png.subarray(16, 29))
  header[9] = INDEXED
  const channels = palette.flatMap(color => [color >> 16, (color >> 8) & 255, color & 255])
  const body = [chunk('IHDR', header), chunk('PLTE', Buffer.from(channels))]
  const data = chunk('IDAT', deflateSync(rows, { level: 9 }))
  return Buffer.concat([png.subarray(0, SIGNATURE_BYTES), ...body, data, chunk('IEND', Buffer.alloc(0))])
}

/** The most frequent colors first, without those that look alike: this leaves room for rare ones. */
function paletteOf(colors: Uint32Array): readonly number[] {
  const counts = new Map<number, number>()
  for (const color of colors) counts.set(color, (counts.get(color) ?? 0) + 1)
  const palette: number[] = []
  for (const [color] of [...counts].sort(([, a], [, b]) => b - a))
    if (!palette.some(other => distance(color, other) < ALIKE)) palette.push(color)
  return palette.slice(0, COLORS)
}

function nearest(color: number, palette: readonly number[]): number {
  const distances = palette.map(other => distance(color, other))
  return distances.indexOf(Math.min(...distances))
}

function distance(a: number, b: number): number {
  return [16, 8, 0].reduce((sum, shift) => sum + (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2, 0)
}

function decode(png: Buffer): Pixels {
  const width = png.readUInt32BE(16)
  const height = png.readUInt32BE(20)
  const size = png[25] === 6 ? 4 : 3
  const stride = width * size
  const filtered = inflateSync(imageData(png))
  const bytes = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (stride + 1)] ?? 0
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x
      const left = x < size ? 0 : (bytes[at - size] ?? 0)
      const above = bytes[at - stride] ?? 0
      const aboveLeft = x < size ? 0 : (bytes[at - stride - size] ?? 0)
      bytes[at] = (filtered[at + y + 1] ?? 0) + predicted(filter, left, above, aboveLeft)
    }
  }
  const colors = Uint32Array.from({ length: width * height }, (_, i) => bytes.readUIntBE(i * size, 3))
  return { width, height, colors }
}

/** The five filters of the format (PNG 9.2). */
function predicted(filter: number, left: number, above: number, aboveLeft: number): number {
  if (filter === 4) return paeth(left, above, aboveLeft)
  return [0, left, above, (left + above) >> 1][filter] ?? 0
}

function paeth(left: number, above: number, aboveLeft: number): number {
  const [toLeft, toAbove] = [Math.abs(above - aboveLeft), Math.abs(left - aboveLeft)]
  const toCorner = Math.abs(left + above - 2 * aboveLeft)
  if (toLeft <= toAbove && toLeft <= toCorner) return left
  return toAbove <= toCorner ? above : aboveLeft
}

function imageData(png: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const content = at + 8
    if (png.toString('latin1', at + 4, content) === 'IDAT')
      parts.push(png.subarray(content, content + length))
    at = content + length + 4
  }
  return Buffer.concat(parts)
}

function chunk(type: string, content: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  sum.writeUInt32BE(crc32(typed))
  return Buffer.concat([length, typed, sum])
}
