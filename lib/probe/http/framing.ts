/** How the end of a body is found: net/http/transfer.go readTransfer@go1.24. Pure. */
import { codedError } from '../../system/coded-error.ts'
import type { GoRelease } from '../../targets/pull-client.ts'
import { INVALID_HTTP } from '../connection/error-codes.ts'
import { type HeaderLines, trimBlanks } from './header-lines.ts'

export type Framing =
  | { readonly kind: 'none' | 'chunked' | 'until_close' }
  | { readonly kind: 'length'; readonly length: number }

export interface HeadFacts {
  readonly method: string
  readonly status: number
  readonly version: number
  readonly lines: HeaderLines
  readonly go: GoRelease
}

/** The framing, and the header without the lines that Go removes. */
export function framingOf(head: HeadFacts): { readonly framing: Framing; readonly headers: HeaderLines } {
  const { lines, go } = head
  const chunked = isChunked(head)
  if (chunked) checkTrailer(lines)
  // Later releases check a Content-Length that they ignore.
  const ignoresLength = go === '1.19' && (chunked || (!hasBody(head) && head.method !== 'HEAD'))
  const length = ignoresLength ? undefined : contentLength(lines)
  const removesLength = chunked && (go === '1.19' || hasBody(head))
  const headers = new Map(lines)
  headers.delete('transfer-encoding')
  if (length === undefined || removesLength) headers.delete('content-length')
  else headers.set('content-length', [String(length)])
  return { framing: framing(hasBody(head), chunked, length), headers }
}

function framing(body: boolean, chunked: boolean, length: number | undefined): Framing {
  if (!body) return { kind: 'none' }
  if (chunked) return { kind: 'chunked' }
  return length === undefined ? { kind: 'until_close' } : { kind: 'length', length }
}

function hasBody({ method, status }: HeadFacts): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304 && Math.floor(status / 100) !== 1
}

/** HTTP/1.0 has no transfer encodings: the header is ignored there. */
function isChunked({ lines, version }: HeadFacts): boolean {
  const encodings = lines.get('transfer-encoding')
  if (encodings === undefined || version < 1.1) return false
  if (encodings.length !== 1 || encodings[0]?.toLowerCase() !== 'chunked') throw codedError(INVALID_HTTP)
  return true
}

/** Several equal lengths are one, and an empty one is none: containerd is built with GODEBUG=httplaxcontentlength=1. */
function contentLength(lines: HeaderLines): number | undefined {
  const [first, ...others] = (lines.get('content-length') ?? []).map(trimBlanks)
  if (others.some(other => other !== first)) throw codedError(INVALID_HTTP)
  if (first === undefined || first === '') return undefined
  if (!/^\d+$/.test(first) || BigInt(first) > MAX_LENGTH) throw codedError(INVALID_HTTP)
  return Number(first)
}

const MAX_LENGTH = 2n ** 63n - 1n

const NEVER_TRAILERS: readonly string[] = ['transfer-encoding', 'trailer', 'content-length']

function checkTrailer(lines: HeaderLines): void {
  const names = (lines.get('trailer') ?? []).flatMap(value => value.split(','))
  if (names.some(name => NEVER_TRAILERS.includes(trimBlanks(name).toLowerCase())))
    throw codedError(INVALID_HTTP)
}
