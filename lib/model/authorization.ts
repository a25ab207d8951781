/**
 * The value of an Authorization header: `Basic <base64 of user:password>` or `Bearer <token>`. Runtimes send it as it is
 * written, and a registry refuses any other form without a useful message. Pure; no message repeats a part of a value.
 */
import type { Refused } from './refused.ts'

const WRITE_BASIC = 'write Authorization = { basic = { user = "…", password = { file = "…" } } }'
const WRITE_EITHER = `${WRITE_BASIC}, or Authorization = { bearer = { file = "…" } }`

/** RFC 6750 section 2.1. */
const TOKEN = /^[\w.~+/-]+=*$/
/** The alphabet of Go's base64.StdEncoding, with which registries read it. */
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/** `Basic` with its parameter (RFC 7617 section 2). */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** Why no registry accepts a value; the message follows "the value …". */
export function authorizationProblem(value: string): Refused | undefined {
  if (/[\r\n]/.test(value))
    return { message: 'contains a line break', hint: /^basic\s/i.test(value) ? WRITE_BASIC : undefined }
  if (isQuoted(value)) return { message: 'is in quotes', hint: 'remove them' }
  if (/^authorization\s*:/i.test(value))
    return { message: 'repeats the name of the header', hint: 'start it with "Basic " or "Bearer "' }
  const [, scheme = '', gap = '', rest = ''] = /^(\S*)(\s*)(.*)$/s.exec(value) ?? []
  if (/^(basic|bearer):$/i.test(scheme)) return { message: 'has a ":" after the scheme', hint: 'remove it' }
  const problem = SCHEMES[scheme.toLowerCase()]
  if (problem === undefined) return gap === '' ? bareProblem(value) : unknownScheme(value)
  if (rest === '') return { message: 'ends after the scheme', hint: WRITE_EITHER }
  return gap === ' '
    ? problem(rest)
    : { message: 'has more than one space after the scheme', hint: 'write one' }
}

const SCHEMES: Readonly<Record<string, (rest: string) => Refused | undefined>> = {
  basic: basicProblem,
  bearer: rest => {
    const problem = tokenProblem(rest)
    return problem && { ...problem, message: `has a token that ${problem.message}` }
  },
}

/** Why a text is no token for Bearer; the message follows the name of the token. */
export function tokenProblem(token: string): Refused | undefined {
  if (token === '') return { message: 'is empty' }
  if (isQuoted(token)) return { message: 'is in quotes', hint: 'remove them' }
  if (/^bearer\s/i.test(token)) return { message: 'repeats "Bearer"', hint: 'remove it' }
  if (TOKEN.test(token)) return undefined
  const hint = token.includes(':')
    ? `a user and a password require Basic: ${WRITE_BASIC}`
    : 'write only the token'
  return { message: 'contains characters that no token has', hint }
}

/** Why a text is no user name for Basic. */
export function userProblem(user: string): Refused | undefined {
  if (user === '') return { message: 'is empty' }
  if (user.includes(':')) return { message: 'contains ":"', hint: 'write the password in password' }
  return hasControls(user) ? { message: 'contains a line break or a control character' } : undefined
}

/** Why a text is no password for Basic. The key file of a Google service account is one, of many lines. */
export function passwordProblem(password: string): Refused | undefined {
  if (password === '') return { message: 'is empty' }
  if (isJson(password) || !hasControls(password)) return undefined
  return {
    message: 'contains a line break or a control character',
    hint: 'save the password alone in the file',
  }
}

function basicProblem(rest: string): Refused | undefined {
  const refuse = (message: string) => ({ message, hint: WRITE_BASIC })
  if (isQuoted(rest)) return { message: 'has quotes after the scheme', hint: 'remove them' }
  if (/^basic\s/i.test(rest)) return { message: 'repeats "Basic"', hint: 'remove it' }
  if (rest.includes(':')) return refuse('has a user and a password that are not in Base64')
  if (/^[\w-]+=*$/.test(rest) && /[-_]/.test(rest)) return refuse('is in URL-safe Base64')
  if (!BASE64.test(rest)) return refuse('is not in Base64')
  if (rest.length % 4 !== 0)
    return refuse('is in Base64 that is not complete ("=" may be missing at its end)')
  return decodedProblem(Buffer.from(rest, 'base64').toString('utf8'))
}

function decodedProblem(text: string): Refused | undefined {
  const refuse = (message: string) => ({ message: `is the Base64 of a text ${message}`, hint: WRITE_BASIC })
  const colon = text.indexOf(':')
  if (colon === -1) return refuse('without ":" between user and password')
  if (isQuoted(text)) return refuse('in quotes')
  if (isJson(text.slice(colon + 1))) return undefined
  if (/^[^\r\n]*\r?\n$/.test(text)) return refuse('that ends with a line break')
  return hasControls(text) ? refuse('with a line break or a control character') : undefined
}

/** A value without any space. */
function bareProblem(value: string): Refused {
  const isEncoded = BASE64.test(value) && Buffer.from(value, 'base64').toString('utf8').includes(':')
  if (isEncoded && basicProblem(value) === undefined)
    return { message: 'has no scheme', hint: 'write "Basic " before it' }
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(value))
    return { message: 'has no scheme', hint: 'write "Bearer " before it' }
  if (value.includes(':'))
    return { message: 'has no scheme, and its user and password are not in Base64', hint: WRITE_BASIC }
  return { message: 'has no scheme', hint: WRITE_EITHER }
}

function unknownScheme(value: string): Refused {
  const message = /^[\w-]+ /.test(value) ? 'has another scheme than Basic or Bearer' : 'has no scheme'
  return { message, hint: WRITE_EITHER }
}

function isQuoted(text: string): boolean {
  return /^(["'`]).*\1$/s.test(text)
}

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text)
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}
