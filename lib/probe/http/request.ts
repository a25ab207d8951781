/** One request on a connection of its own, with a limit for everything. The only importer of undici. */

import type net from 'node:net'
import { Client } from 'undici'
import { codedError } from '../../system/coded-error.ts'
import { type BodyOptions, collectBody } from './body-collector.ts'
import { type DialOptions, dial } from './dial.ts'
import { type CountBody, HEADER_LIMIT, limitFraming } from './framing-limit.ts'
import type { HttpResponse } from './response.ts'
import type { Trace } from './trace.ts'

export interface HttpRequest extends DialOptions, BodyOptions {
  readonly headers: Readonly<Record<string, string>>
  /** Sent unless `headers` has one. */
  readonly userAgent: string
  readonly method?: 'GET' | 'HEAD' | undefined
}

/**
 * Sends one request and follows no redirect. Rejects with the errors of `dial`, of undici, or with the reason of the
 * signal. Leaves nothing open.
 */
export async function sendRequest(request: HttpRequest, trace: Trace): Promise<HttpResponse> {
  delete trace.error
  delete trace.endedAt
  let countBody: CountBody = () => {}
  const client = openClient(request, trace, socket => {
    countBody = limitFraming(socket)
  })
  try {
    return await readResponse(client, request, trace, bytes => countBody(bytes))
  } catch (error) {
    throw request.signal.aborted ? error : (trace.error ?? error)
  } finally {
    await client.destroy()
  }
}

/** undici on a connection that `dial` makes. A second connection is refused: it would be another measurement. */
function openClient(request: HttpRequest, trace: Trace, connected: (socket: net.Socket) => void): Client {
  let dialled = false
  return new Client(request.url.origin, {
    maxHeaderSize: HEADER_LIMIT,
    // The signal limits the whole request; undici's timers would hide which limit was reached.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    connect: (_options, callback) => {
      const connecting = dialled ? Promise.reject(codedError('ECONNRESET')) : dial(request, trace)
      dialled = true
      connecting.then(
        socket => {
          trace.phase = 'request'
          connected(socket)
          callback(null, socket)
        },
        error => callback(error, null),
      )
    },
  })
}

/**
 * Resolves as soon as enough of the response is there. Bypasses undici's streams: they keep the chunks as they arrive,
 * which costs a hundred times the memory where a chunk is one byte.
 */
function readResponse(
  client: Client,
  request: HttpRequest,
  trace: Trace,
  countBody: CountBody,
): Promise<HttpResponse> {
  const { method = 'GET', signal } = request
  return new Promise<HttpResponse>((resolve, reject) => {
    let head: Pick<HttpResponse, 'status' | 'headers'> = { status: 0, headers: {} }
    let collector = collectBody({})
    const end = (complete: boolean) => {
      trace.endedAt = performance.now()
      resolve({ ...head, body: collector.body(), complete })
    }
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    client.dispatch(
      { method, path: requestTarget(request), headers: requestHeaders(request) },
      {
        onRequestStart: () => {},
        onResponseStart: (_controller, status, headers) => {
          if (status < 200) return
          trace.respondedAt = performance.now()
          trace.phase = 'body'
          head = { status, headers }
          collector = collectBody(status < 300 ? request : {})
          // The body of a redirect is not read.
          if (status >= 300 && status < 400) end(false)
        },
        onResponseData: (_controller, chunk) => {
          countBody(chunk.length)
          if (!collector.add(chunk)) end(false)
        },
        onResponseEnd: () => end(true),
        onResponseError: (_controller, error) => reject(error),
      },
    )
  })
}

/** A proxy for plain http is sent the whole url (RFC 9112 3.2.2). */
function requestTarget({ url, proxy }: HttpRequest): string {
  const path = url.pathname + url.search
  return proxy !== undefined && url.protocol === 'http:' ? url.origin + path : path
}

/** Go takes the Host header from the url and ignores a header of that name (net/http/request.go). */
function requestHeaders({ headers, userAgent, url, proxy }: HttpRequest): Record<string, string> {
  const given = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'host')
  const names = given.map(([name]) => name.toLowerCase())
  // Inside a tunnel it would reach the endpoint.
  const toProxy = url.protocol === 'http:' && proxy?.authorization
  return {
    ...(names.includes('user-agent') ? {} : { 'user-agent': userAgent }),
    ...Object.fromEntries(given),
    ...(toProxy && { 'proxy-authorization': toProxy }),
  }
}
