/** The head of a response as Go reads it: net/http/response.go ReadResponse, transport.go readResponse@go1.24. Pure. */
import { codedError } from '../../system/coded-error.ts'
import type { GoRelease } from '../../targets/pull-client.ts'
import { FRAMING_LIMIT, INVALID_HTTP, NO_HTTP } from '../connection/error-codes.ts'
import { type Allowance, type ByteSource, peekPiece, type Reading, readLine } from './byte-source.ts'
import { type Framing, framingOf } from './framing.ts'
import { type HeaderLines, readHeaderLines, withoutLineEnd } from './header-lines.ts'

export type Method = 'GET' | 'HEAD' | 'CONNECT'

export interface ResponseHead {
  readonly status: number
  readonly headers: HeaderLines
  /** How the end of the body is found. */
  readonly framing: Framing
}

/** Go reads 10 MiB; no registry sends more than a few KiB. */
export const HEADER_LIMIT = 768 * 1024

/** The first head that is not informational. All heads together have one limit (transport.go readResponse). */
export function* readFinalHead(source: ByteSource, method: Method, go: GoRelease): Reading<ResponseHead> {
  const allowance = { left: HEADER_LIMIT }
  for (let informational = 0; informational <= MAX_INFORMATIONAL[go]; informational++) {
    const head = yield* readHead(source, allowance, method, go)
    if (!isInformational(head.status)) return head
  }
  throw codedError(FRAMING_LIMIT)
}

const MAX_INFORMATIONAL: Readonly<Record<GoRelease, number>> = { '1.19': 5, '1.24': Number.POSITIVE_INFINITY }

/** 101 is final (golang.org/issue/26161). */
function isInformational(status: number): boolean {
  return status >= 100 && status <= 199 && status !== 101
}

export function* readHead(
  source: ByteSource,
  allowance: Allowance,
  method: Method,
  go: GoRelease,
): Reading<ResponseHead> {
  yield* checkStart(source)
  const { status, version } = parseStatusLine(withoutLineEnd(yield* readLine(source, allowance)))
  const lines = yield* readHeaderLines(source, allowance, go)
  return { status, ...framingOf({ method, status, version, lines, go }) }
}

/** Other protocols need not send a line end, which Go would wait for. */
function* checkStart(source: ByteSource): Reading<void> {
  const start = (yield* peekPiece(source)).toString('latin1', 0, 5)
  if (!'HTTP/'.startsWith(start) && start !== 'HTTP/') throw codedError(NO_HTTP)
}

/** The reason phrase may be missing, and blanks may precede the status. */
function parseStatusLine(line: string): { readonly status: number; readonly version: number } {
  const [, version, code] = /^HTTP\/(\d\.\d) +(\d{3}|\+\d\d)(?: |$)/.exec(line) ?? []
  if (version === undefined) throw codedError(INVALID_HTTP)
  return { status: Number(code), version: Number(version) }
}
