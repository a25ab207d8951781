/** What the requests of a run share. */
import type { PullClient } from '../../targets/pull-client.ts'
import type { NameLookup } from '../dns/name-lookup.ts'
import type { ProxyFor } from '../http/proxies.ts'
import type { Trust } from '../tls/tls-context.ts'

export interface ProbeContext {
  /** Limit for one request, from name lookup to the end of the body, redirects included. */
  readonly timeoutMs: number
  /** Ends everything immediately. */
  readonly signal?: AbortSignal | undefined
  readonly trust: Trust
  /** Whose requests these are; undefined: of no runtime. */
  readonly pullClient?: PullClient | undefined
  readonly lookUp: NameLookup
  /** Undefined: no proxy is used. */
  readonly proxyFor?: ProxyFor | undefined
  /** Awaited before each request whose timings count; undefined: requests start immediately. */
  readonly turn?: (() => Promise<void>) | undefined
  /** Runs one act at a time; undefined: acts run in parallel. */
  readonly alone?: (<T>(act: () => Promise<T>) => Promise<T>) | undefined
  /** Whether the endpoints are URLs of the command line, not of a list. */
  readonly isTyped?: boolean | undefined
  /** Shared by the requests to one endpoint; undefined: no limit for all of them together. */
  readonly budget?: Budget | undefined
}

/** The time for all requests to one endpoint: no request starts once it is used up. */
export interface Budget {
  readonly wholeMs: number
  leftMs: number
}

/** An endpoint that sends each response just in time must not cost the timeout once for every request. */
const BUDGET_TIMEOUTS = 3

export function openBudget({ timeoutMs }: Pick<ProbeContext, 'timeoutMs'>): Budget {
  const wholeMs = BUDGET_TIMEOUTS * timeoutMs
  return { wholeMs, leftMs: wholeMs }
}
