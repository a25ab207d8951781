/** The response of a token service, as containerd decodes it (core/remotes/docker/auth/fetch.go FetchToken@v2.1.4). Pure. */
import { decodeJson } from './go-json.ts'

export interface IssuedToken {
  /** Value of Authorization. */
  readonly authorization: string
  /** Undefined: it does not expire. */
  readonly expiresInS: number | undefined
}

const RESPONSE = {
  fields: {
    token: 'string',
    access_token: 'string',
    expires_in: 'int64',
    issued_at: 'string',
    refresh_token: 'string',
  },
} as const

/** Undefined where containerd finds no token in it, or none that a header can hold. */
export function decodeToken(body: Buffer): IssuedToken | undefined {
  const response = decodeJson(firstValue(body.toString('utf8')), RESPONSE)
  if (typeof response !== 'object') return undefined
  const { token, access_token, expires_in = 0, issued_at } = response
  if (issued_at !== undefined && !isTime(issued_at)) return undefined
  const authorization = headerValue(access_token || token || '')
  if (authorization === undefined) return undefined
  return { authorization, expiresInS: expires_in > 0 ? expires_in : undefined }
}

/** A decoder reads the first value and leaves the rest (encoding/json/stream.go Decode@go1.24). */
function firstValue(text: string): string {
  const marks = /"(?:[^"\\]|\\[\s\S])*"|[{}[\]]/g
  let depth = 0
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === '{' || mark[0] === '[') depth += 1
    else if (mark[0] === '}' || mark[0] === ']') depth -= 1
    if (depth <= 0) return text.slice(0, marks.lastIndex)
  }
  return text
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)(?:[.,]\d+)?(?:Z|[+-](\d\d):(\d\d))$/

/** RFC 3339, and what Go accepts besides (time/format.go Parse@go1.24). */
function isTime(text: string): boolean {
  const [, year = 0, month = 0, day = 0, ...clock] = TIME.exec(text)?.map(Number) ?? []
  const most = [23, 59, 59, 24, 60]
  const daysInMonth = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
  const inYear = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth
  return inYear && most.every((limit, i) => !((clock[i] ?? 0) > limit))
}

/** Spaces at the end are cut; control characters end the request (net/http/transport.go roundTrip@go1.24). */
function headerValue(token: string): string | undefined {
  const bytes = Buffer.from(token, 'utf8').toString('latin1')
  if (token === '' || /[^\t\x20-\x7e\x80-\xff]/.test(bytes)) return undefined
  return `Bearer ${bytes}`.replace(/[ \t]+$/, '')
}
