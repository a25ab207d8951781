/**
 * One request on its own connection. regmirror reads HTTP itself: the HTTP clients of Node accept and refuse other
 * responses than Go does, so their verdict would not be that of a pull.
 */
import type { Trace } from '../connection/trace.ts'
import { type BodyOptions, collectBody } from './body-collector.ts'
import { openSource, type Reading } from './byte-source.ts'
import { type BodySink, decodeInto } from './decode-body.ts'
import { type DialOptions, dial } from './dial.ts'
import type { Headers } from './headers.ts'
import { readSocket } from './read-socket.ts'
import { encodingOf, requestHead } from './request-head.ts'
import type { HttpResponse } from './response.ts'
import { readBody } from './response-body.ts'
import { readFinalHead } from './response-head.ts'

export interface HttpRequest extends DialOptions, BodyOptions {
  /** The host as it was written, where that differs from `url`. */
  readonly host?: string | undefined
  /** Path and query as they are sent, where they differ from those of `url`. */
  readonly uri?: string | undefined
  readonly headers: Headers
  /** Sent unless `headers` has one. */
  readonly userAgent: string
  /** Whether the body is decoded as containerd does it; else as Go does. */
  readonly decodes?: boolean | undefined
  readonly method?: 'GET' | 'HEAD' | undefined
}

/**
 * Sends one request and follows no redirect. Rejects with the errors of `dial`, of the socket or with our error codes, or
 * with the reason of the signal. Leaves nothing open.
 */
export async function sendRequest(request: HttpRequest, trace: Trace): Promise<HttpResponse> {
  delete trace.error
  delete trace.endedAt
  const { signal, method = 'GET' } = request
  const socket = await dial(request, trace)
  try {
    trace.phase = 'request'
    socket.write(requestHead({ ...request, method }))
    const exchange = openExchange({ ...request, method }, trace)
    const response = await readSocket(socket, exchange.reading, { signal, relief: exchange.relief })
    const complete = await exchange.end(response.complete)
    trace.endedAt = performance.now()
    return { ...response, body: exchange.body(), complete }
  } catch (error) {
    throw signal.aborted ? error : (trace.error ?? error)
  } finally {
    socket.destroy()
  }
}

type Received = Omit<HttpResponse, 'body'>

interface Exchange {
  readonly reading: Reading<Received>
  relief(): Promise<void> | undefined
  end(complete: boolean): Promise<boolean>
  body(): Buffer
}

type Sent = HttpRequest & { readonly method: 'GET' | 'HEAD' }

/** Reads a response; the body goes through its decoders into a collector. */
function openExchange(request: Sent, trace: Trace): Exchange {
  const { go, method } = request
  let collector = collectBody({})
  let sink: BodySink = collector
  function* read(): Reading<Received> {
    const source = openSource()
    const head = yield* readFinalHead(source, method, go)
    trace.respondedAt = performance.now()
    trace.phase = 'body'
    const received = { status: head.status, headers: Object.fromEntries(head.headers) }
    // The body of a redirect or a challenge is not read.
    if ((head.status >= 300 && head.status <= 399) || head.status === 401)
      return { ...received, complete: false }
    collector = collectBody(head.status < 300 ? request : {})
    sink = head.framing.kind === 'none' ? collector : decodeInto(collector, encodingOf(head, request))
    const complete = yield* readBody(source, head.framing, go, part => sink.add(part))
    return { ...received, complete }
  }
  return {
    reading: read(),
    relief: () => sink.relief(),
    end: async complete => (complete ? await sink.end() : false),
    body: () => collector.body(),
  }
}
