/** One bounded exchange with an endpoint: what it came to, or why it came to nothing. */
import type { Trace } from './dial.ts'
import type { Endpoint } from './endpoints.ts'
import { faultOf, lateFault } from './faults.ts'
import type { ProxyFor } from './proxy.ts'
import type { Fault } from './reasons.ts'
import type { Trust } from './trust.ts'
import { type Arrival, type Walk, walk } from './walk.ts'

/** What all exchanges of a run share. */
export interface Means {
  /** Limit for one exchange, from name lookup to the end of the body, redirects included. */
  readonly timeoutMs: number
  /** Ends everything at once. */
  readonly signal?: AbortSignal | undefined
  readonly trust: Trust
  /** Undefined: nothing is asked through a proxy. */
  readonly proxyFor?: ProxyFor | undefined
  /** Awaited before each exchange. */
  readonly turn?: (() => Promise<void>) | undefined
}

export type Outcome = (Arrival | { readonly fault: Fault }) & { readonly trace: Trace }

const INTERRUPTED: Fault = { reason: undefined, what: 'the probe was interrupted' }

/** Asks once. Never rejects. */
export async function exchange(
  endpoint: Endpoint,
  question: Omit<Walk, 'trust' | 'signal' | 'proxyFor'>,
  { timeoutMs, signal, trust, turn, proxyFor }: Means,
): Promise<Outcome> {
  await turn?.()
  const trace: Trace = { phase: 'lookup' }
  if (signal?.aborted) return { fault: INTERRUPTED, trace }
  const limit = limited(timeoutMs, signal)
  const proxy = proxyFor?.(question.url)?.name
  const fail = (fault: Fault) => ({ fault: placed(fault, trace, question.url, proxy), trace })
  try {
    const arrival = await walk(endpoint, { ...question, trust, proxyFor, signal: limit.signal }, trace)
    return 'answer' in arrival ? { ...arrival, trace } : fail(arrival)
  } catch (error) {
    if (signal?.aborted) return { fault: INTERRUPTED, trace }
    const limits = { timeoutMs, dialTimeoutMs: endpoint.dialTimeoutMs }
    return fail(limit.signal.aborted ? lateFault(trace, limits) : faultOf(error, trace, limits))
  } finally {
    limit.release()
  }
}

/** A fault at the end of a redirect, or behind a proxy, says where that was. */
export function placed(fault: Fault, trace: Trace, url: URL, proxy?: string): Fault {
  const redirected = trace.host !== undefined && trace.host !== url.host
  const heard = fault.heard ?? (redirected ? `redirected to ${trace.host}` : undefined)
  return { ...fault, heard, proxy: fault.proxy ?? proxy }
}

/** A signal that also ends by itself. AbortSignal.any is avoided: what it joins may be collected as garbage. */
function limited(ms: number, outer: AbortSignal | undefined): { signal: AbortSignal; release: () => void } {
  const inner = new AbortController()
  const stop = () => inner.abort()
  const timer = setTimeout(stop, ms)
  outer?.addEventListener('abort', stop, { once: true })
  const release = () => {
    clearTimeout(timer)
    outer?.removeEventListener('abort', stop)
  }
  return { signal: inner.signal, release }
}
