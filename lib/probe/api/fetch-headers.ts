/** What containerd adds to a request for content by its digest. Pure. */
import type { PullClient } from '../../targets/pull-client.ts'
import type { Headers } from '../http/headers.ts'

interface Requested {
  readonly method: 'GET' | 'HEAD'
  /** A digest, or a tag. */
  readonly reference: string
}

/** HEAD, and GET for a tag, resolve it: those accept what Go accepts (core/remotes/docker/fetcher.go open@v2.0.0). */
export function fetchHeaders({ method, reference }: Requested, { fetchEncodings }: PullClient): Headers {
  const fetches = method === 'GET' && reference.includes(':')
  return fetches && fetchEncodings !== undefined ? { 'accept-encoding': fetchEncodings } : {}
}
