/** When a certificate is valid: crypto/x509/parser.go parseValidity@go1.24. Pure. */
import { type Elements, TAG } from './der.ts'
import { malformed } from './malformed.ts'

export interface Validity {
  /** Milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
}

export function readValidity(elements: Elements): Validity {
  return { notBefore: readTime(elements), notAfter: readTime(elements) }
}

const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})$/
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})$/

function readTime(elements: Elements): number {
  const { tag, content } = elements.any()
  const text = content.toString('latin1')
  const format = { [TAG.utcTime]: UTC_TIME, [TAG.generalizedTime]: GENERALIZED_TIME }[tag]
  const [, year = '', month, day, hour, minute, second = '0', zone = ''] = format?.exec(text) ?? []
  const local = [month, day, hour, minute, second].map(Number)
  const time = timeOf(fullYear(year), local)
  const offset = offsetOf(zone)
  if (time === undefined || offset === undefined) throw malformed('a malformed date')
  return time - offset
}

/** Two digits are a year from 1950 to 2049. */
function fullYear(year: string): number {
  if (year.length === 4) return Number(year)
  return Number(year) + (Number(year) < 50 ? 2000 : 1900)
}

/** Undefined if there is no such day or time. */
function timeOf(year: number, [month = 0, day = 0, ...time]: readonly number[]): number | undefined {
  const [hour = 0, minute = 0, second = 0] = time
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCHours() === hour
  return exists && minute < 60 && second < 60 ? date.getTime() : undefined
}

/** Milliseconds before UTC; UTC itself must be `Z`. */
function offsetOf(zone: string): number | undefined {
  if (zone === 'Z') return 0
  const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(zone) ?? []
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000
  return ms > 0 ? (sign === '-' ? -ms : ms) : undefined
}
