/** What an error of a request means. Pure. */
import { findShortage } from '../../system/shortage.ts'
import { DIAL_TIMEOUT } from '../connection/error-codes.ts'
import type { Trace } from '../connection/trace.ts'
import type { Fault } from './fault.ts'
import { encodingFault, httpFault, redirectFault } from './http-fault.ts'
import { lookupFault } from './lookup-fault.ts'
import { networkFault } from './network-fault.ts'
import { proxyFault } from './proxy-fault.ts'
import type { Limits } from './timeout-fault.ts'
import { tlsFault } from './tls-fault.ts'

/** By the codes of the error, and by how far the request got. */
export function explainError(error: unknown, trace: Trace, limits: Limits): Fault {
  const codes = codesOf(error)
  return (
    firstFault(codes, shortageFault) ??
    lookupFault(error) ??
    redirectFault(error) ??
    encodingFault(error) ??
    proxyFault(error) ??
    firstFault(codes, code => networkFault(code, trace, limits)) ??
    firstFault(codes, code => tlsFault(code, error)) ??
    firstFault(codes, code => httpFault(code, trace)) ?? {
      reason: undefined,
      what: `the probe has no result (${codes[0] ?? 'no error code'})`,
    }
  )
}

/** A shortage of this node is no verdict on a mirror. */
function shortageFault(code: string): Fault | undefined {
  const shortage = findShortage(code)
  return shortage && { reason: undefined, what: shortage.problem, todo: shortage.remedy }
}

/** If several addresses failed, each has an error of its own. */
function codesOf(error: unknown): readonly string[] {
  const errors = error instanceof AggregateError ? [error, ...error.errors] : [error]
  return errors.map(one => one?.code).filter(code => typeof code === 'string')
}

/** A timeout is the most useful error, then a refusal: other addresses may merely lack a route, as IPv6 often does. */
const PREFERRED: readonly string[] = [DIAL_TIMEOUT, 'ETIMEDOUT', 'ECONNREFUSED']

function firstFault(
  codes: readonly string[],
  explain: (code: string) => Fault | undefined,
): Fault | undefined {
  const preferred = PREFERRED.filter(code => codes.includes(code))
  return [...preferred, ...codes].map(explain).find(fault => fault !== undefined)
}
