/** One bounded exchange with an endpoint: what it came to, or why it came to nothing. */

import { type PausableTimer, startPausableTimer } from '../../system/pausable-timer.ts'
import type { Endpoint } from '../endpoints.ts'
import { duration, faultOf, lateFault } from '../faults.ts'
import type { NameLookup } from '../names/name-lookup.ts'
import type { Fault } from '../reasons.ts'
import type { Trace } from './dial.ts'
import type { ProxyFor } from './proxy.ts'
import { type Arrival, followRedirects, type Walk } from './redirects.ts'
import type { Answer } from './request.ts'
import type { Trust } from './tls-context.ts'

/** What all exchanges of a run share. */
export interface ProbeContext {
  /** Limit for one exchange, from name lookup to the end of the body, redirects included. */
  readonly timeoutMs: number
  /** Ends everything at once. */
  readonly signal?: AbortSignal | undefined
  readonly trust: Trust
  readonly lookUp: NameLookup
  /** Undefined: nothing is asked through a proxy. */
  readonly proxyFor?: ProxyFor | undefined
  /** Awaited before each exchange whose times count; undefined: none has to wait. */
  readonly turn?: (() => Promise<void>) | undefined
  /** Lets one act be done at a time; undefined: as it comes. */
  readonly alone?: (<T>(act: () => Promise<T>) => Promise<T>) | undefined
  /** Shared by the exchanges with one endpoint; undefined: they may take as long as they take. */
  readonly budget?: Budget | undefined
}

/** What the exchanges with one endpoint may take together: none begins once it is spent. */
export interface Budget {
  readonly wholeMs: number
  leftMs: number
}

/** A drip answers each question just in time; who asks six of them must not wait six times. */
const BUDGET_TIMEOUTS = 3

export function openBudget({ timeoutMs }: Pick<ProbeContext, 'timeoutMs'>): Budget {
  const wholeMs = BUDGET_TIMEOUTS * timeoutMs
  return { wholeMs, leftMs: wholeMs }
}

/** `answer` beside a fault is what the fault was found in. */
export type Outcome = (Arrival | { readonly fault: Fault; readonly answer?: Answer }) & {
  readonly trace: Trace
}

interface Inquiry extends Omit<Walk, 'trust' | 'signal' | 'proxyFor' | 'lookUp' | 'unhurried'> {
  /** False where nobody looks at its times. */
  readonly measured?: boolean
}

const INTERRUPTED: Fault = { reason: undefined, what: 'the probe was interrupted' }

/** Asks once. Never rejects. */
export async function exchange(
  endpoint: Endpoint,
  { measured = true, ...question }: Inquiry,
  { timeoutMs, signal, trust, lookUp, turn, proxyFor, budget }: ProbeContext,
): Promise<Outcome> {
  if (measured) await turn?.()
  const trace: Trace = { phase: 'lookup' }
  if (signal?.aborted) return { fault: INTERRUPTED, trace }
  if (budget !== undefined && budget.leftMs <= 0) return { fault: spent(budget), trace }
  const begin = performance.now()
  const limit = limited(timeoutMs, signal)
  const proxy = proxyFor?.(question.url)?.name
  const fail = (fault: Fault): Outcome => ({ fault: placed(fault, trace, question.url, proxy), trace })
  try {
    const unhurried = limit.timer.pauseDuring
    const way = { ...question, trust, lookUp, unhurried, proxyFor, signal: limit.signal }
    const arrival = await followRedirects(endpoint, way, trace)
    return 'answer' in arrival ? { ...arrival, trace } : fail(arrival)
  } catch (error) {
    if (signal?.aborted) return { fault: INTERRUPTED, trace }
    const limits = { timeoutMs, dialTimeoutMs: endpoint.dialTimeoutMs }
    return fail(limit.signal.aborted ? lateFault(trace, limits) : faultOf(error, trace, limits))
  } finally {
    limit.release()
    trace.waitedMs = limit.timer.pausedMs()
    if (budget !== undefined) budget.leftMs -= performance.now() - begin - trace.waitedMs
  }
}

/** Every answer came in time, so it is not called dead. */
function spent({ wholeMs }: Budget): Fault {
  return { reason: 'slow', what: `its answers to one pull take longer than ${duration(wholeMs)} together` }
}

/** A fault at the end of a redirect, or behind a proxy, says where that was. */
export function placed(fault: Fault, trace: Trace, url: URL, proxy?: string): Fault {
  const redirected = trace.host !== undefined && trace.host !== url.host
  const heard = fault.heard ?? (redirected ? `redirected to ${trace.host}` : undefined)
  return { ...fault, heard, proxy: fault.proxy ?? proxy }
}

/** A signal that also ends by itself. AbortSignal.any is avoided: what it joins may be collected as garbage. */
function limited(ms: number, outer: AbortSignal | undefined): Limit {
  const inner = new AbortController()
  const stop = () => inner.abort()
  const timer = startPausableTimer(ms, stop)
  outer?.addEventListener('abort', stop, { once: true })
  const release = () => {
    timer.stop()
    outer?.removeEventListener('abort', stop)
  }
  return { signal: inner.signal, timer, release }
}

interface Limit {
  readonly signal: AbortSignal
  readonly timer: PausableTimer
  readonly release: () => void
}
