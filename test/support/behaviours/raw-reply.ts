/** Replies whose bytes are written by hand: framing that no HTTP library sends. Pure. */
import type { Kind, Reply, Requested, Rule } from './behaviour.ts'

export interface Written {
  /** The status line; `HTTP/1.1 200 OK` by default. */
  readonly start?: string
  /** What precedes the status line. */
  readonly before?: string
  /** Lines after the headers of the normal reply. */
  readonly lines?: readonly string[]
  /** Names, in lower case, of headers that the normal reply has and this one has not. */
  readonly without?: readonly string[]
  /** Between the lines of the head. */
  readonly lineEnd?: string
  /** What follows the head; by default the body. It is not called for HEAD. */
  readonly body?: (body: Buffer) => string | Buffer
  /** What follows the head of a response to HEAD. */
  readonly afterHead?: (body: Buffer) => string | Buffer
}

const CONTENT: readonly Kind[] = ['tag', 'manifest', 'blob']

/** Writes the replies to all requests for content in this way. */
export function write(written: Written | ((length: number) => Written)): readonly Rule[] {
  return [{ kind: CONTENT, reply: (request, normal) => ({ raw: bytesOf(written, request, normal) }) }]
}

function bytesOf(
  given: Written | ((length: number) => Written),
  { method }: Requested,
  { headers, body }: Reply,
): Buffer {
  const content = Buffer.from(body)
  const written = typeof given === 'function' ? given(content.length) : given
  const { before = '', start = 'HTTP/1.1 200 OK', without = [], lines = [], lineEnd = '\r\n' } = written
  const kept = Object.entries(headers).filter(([name]) => !without.includes(name.toLowerCase()))
  const head = [start, ...kept.map(([name, value]) => `${name}: ${value}`), ...lines, '', ''].join(lineEnd)
  const { body: bodyOf = (bytes: Buffer) => bytes, afterHead = () => '' } = written
  return Buffer.concat([before + head, (method === 'HEAD' ? afterHead : bodyOf)(content)].map(latin1))
}

/** Writes the replies in chunks, and to HEAD with a length. */
export function writeChunks(
  chunked: (body: Buffer) => string | Buffer,
  written: Written = {},
): readonly Rule[] {
  const { lines = [] } = written
  const encoded = [...lines, 'Transfer-Encoding: chunked']
  const asChunks = { ...written, without: ['content-length'], lines: encoded, body: chunked }
  return [
    ...write(written).map(rule => ({ ...rule, method: 'HEAD' as const })),
    ...write(asChunks).map(rule => ({ ...rule, method: 'GET' as const })),
  ]
}

/** One chunk with this line before it, and the last chunk. */
export function oneChunk(body: Buffer, line: string, end = '\r\n0\r\n\r\n'): Buffer {
  return Buffer.concat([line, body, end].map(latin1))
}

export const hexLength = (body: Buffer) => body.length.toString(16)

function latin1(part: string | Buffer): Buffer {
  return typeof part === 'string' ? Buffer.from(part, 'latin1') : part
}
