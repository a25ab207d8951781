/** The headers of a request for content: those of the list, and what containerd makes of them. Pure. */
import type { PullClient } from '../../targets/pull-client.ts'
import type { Headers } from '../http/headers.ts'

interface Requested {
  readonly method: 'GET' | 'HEAD'
  /** A digest, or a tag. */
  readonly reference: string
  readonly accept: string
}

export interface FetchHeaders {
  /** Those of the list that are left. */
  readonly listed: Headers
  readonly own: Headers
  /** Whether the client decodes what it accepts. */
  readonly decodes: boolean
}

/**
 * HEAD, and GET for a tag, resolve it: they accept what Go accepts, and add their types to those of the list
 * (core/remotes/docker/resolver.go Resolve@v2.1.4). A fetch replaces both headers of the list (fetcher.go open@v2.1.4).
 */
export function fetchHeaders(
  { method, reference, accept }: Requested,
  listed: Headers,
  { fetchEncodings }: PullClient,
): FetchHeaders {
  const fetches = method === 'GET' && reference.includes(':')
  const decodes = fetches && fetchEncodings !== undefined
  const types = fetches ? [accept] : [...valuesOf(listed, 'accept'), accept]
  const own = { accept: types.join(', '), ...(decodes && { 'accept-encoding': fetchEncodings }) }
  const kept = Object.entries(listed).filter(([name]) => !Object.hasOwn(own, name.toLowerCase()))
  return { listed: Object.fromEntries(kept), own, decodes }
}

function valuesOf(headers: Headers, header: string): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => (name.toLowerCase() === header ? [value] : []))
}
