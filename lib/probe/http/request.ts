/** One request on a connection of its own, bounded in every direction. The only importer of undici. */
import type net from 'node:net'
import { Client } from 'undici'
import { coded } from './coded-error.ts'
import { type Dial, dial, type Trace } from './dial.ts'
import { HEADER_LIMIT, type Meter, meter } from './framing-limit.ts'

/** What came back: the head, and the start of the body. */
export interface Answer {
  readonly status: number
  /** Names in lower case. Text of a stranger. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** At most as many bytes as were asked for. Text of a stranger. */
  readonly body: Buffer
  /** Whether that is all there was. */
  readonly complete: boolean
}

export interface Question extends Dial {
  readonly headers: Readonly<Record<string, string>>
  readonly method?: 'GET' | 'HEAD' | undefined
  /** Bytes of what was asked for that are read before the connection is closed; 64 KiB if left out. */
  readonly bodyLimit?: number | undefined
  /** Takes what was asked for as it comes; then none of it is kept. What comes with another status is no part of it. */
  readonly onChunk?: ((chunk: Buffer) => void) | undefined
}

const BODY_LIMIT = 64 * 1024

/**
 * Asks once, follows nothing. Rejects with the errors of `dial`, of undici, or with the reason of the signal.
 * Nothing is left open, whatever happens.
 */
export async function ask(question: Question, trace: Trace): Promise<Answer> {
  delete trace.error
  delete trace.endedAt
  let metered: Meter = () => {}
  const client = clientFor(question, trace, socket => {
    metered = meter(socket)
  })
  try {
    return await answerOf(client, question, trace, bytes => metered(bytes))
  } catch (error) {
    throw question.signal.aborted ? error : (trace.error ?? error)
  } finally {
    await client.destroy()
  }
}

/** undici on a connection that `dial` makes: one, for a second would be another measurement. */
function clientFor(question: Question, trace: Trace, connected: (socket: net.Socket) => void): Client {
  let dialled = false
  return new Client(question.url.origin, {
    maxHeaderSize: HEADER_LIMIT,
    // The signal bounds the whole; undici's own timers would only blur which limit was hit.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    connect: (_options, callback) => {
      const connecting = dialled ? Promise.reject(coded('ECONNRESET')) : dial(question, trace)
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
 * The answer, as soon as all is there that was asked for. Below undici's streams: those hold what comes in the pieces
 * it came in, and where a piece is one byte that is a hundred times as much.
 */
function answerOf(client: Client, question: Question, trace: Trace, metered: Meter): Promise<Answer> {
  const { method = 'GET', signal } = question
  return new Promise<Answer>((resolve, reject) => {
    let head = { status: 0, headers: {} as Answer['headers'] }
    let taken = taking({})
    const end = (complete: boolean) => {
      trace.endedAt = performance.now()
      resolve({ ...head, body: taken.body(), complete })
    }
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    client.dispatch(
      { method, path: pathOf(question), headers: headersOf(question) },
      {
        onRequestStart: () => {},
        onResponseStart: (_controller, status, headers) => {
          if (status < 200) return
          trace.answeredAt = performance.now()
          trace.phase = 'body'
          head = { status, headers }
          taken = taking(status < 300 ? question : {})
          // Whoever redirects has said all.
          if (status >= 300 && status < 400) end(false)
        },
        onResponseData: (_controller, chunk) => {
          metered(chunk.length)
          if (!taken.take(chunk)) end(false)
        },
        onResponseEnd: () => end(true),
        onResponseError: (_controller, error) => reject(error),
      },
    )
  })
}

/** A proxy for plain http is told the whole url (RFC 9112 3.2.2). */
function pathOf({ url, proxy }: Question): string {
  const path = url.pathname + url.search
  return proxy !== undefined && url.protocol === 'http:' ? url.origin + path : path
}

/** Go takes the name of the host from the url and ignores a header of that name (net/http/request.go). */
function headersOf(question: Question): Record<string, string> {
  const given = Object.entries(question.headers).filter(([name]) => name.toLowerCase() !== 'host')
  const names = given.map(([name]) => name.toLowerCase())
  // Inside a tunnel it would reach the endpoint.
  const toProxy = question.url.protocol === 'http:' && question.proxy?.authorization
  return {
    ...(names.includes('user-agent') ? {} : { 'user-agent': 'regmirror' }),
    ...Object.fromEntries(given),
    ...(toProxy && { 'proxy-authorization': toProxy }),
  }
}

interface Taken {
  /** False once there is more than the limit. */
  take(chunk: Buffer): boolean
  body(): Buffer
}

/** Keeps a copy of what comes: undici's pieces hold on to all that arrived together with them. */
function taking({ bodyLimit = BODY_LIMIT, onChunk }: Pick<Question, 'bodyLimit' | 'onChunk'>): Taken {
  let kept = Buffer.alloc(0)
  let size = 0
  const keep = (chunk: Buffer) => {
    // Twice as much as is needed, so that it is seldom copied.
    const needed = Math.min(bodyLimit, size + chunk.length)
    if (needed > kept.length) kept = Buffer.concat([kept], Math.min(bodyLimit, Math.max(1024, 2 * needed)))
    chunk.copy(kept, size)
  }
  const use = onChunk ?? keep
  return {
    take: chunk => {
      if (size > bodyLimit) return false
      use(chunk)
      size += chunk.length
      return size <= bodyLimit
    },
    body: () => kept.subarray(0, onChunk === undefined ? Math.min(size, bodyLimit) : 0),
  }
}
