/** One request on a connection of its own, bounded in every direction. The only importer of undici. */
import { Client, type Dispatcher } from 'undici'
import { coded } from './coded.ts'
import { type Dial, dial, type Trace } from './dial.ts'

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
  /** Bytes of the body that are read before the connection is closed; 64 KiB if left out. */
  readonly bodyLimit?: number | undefined
  /** Takes the body as it comes; then none of it is kept. */
  readonly onChunk?: ((chunk: Buffer) => void) | undefined
}

const BODY_LIMIT = 64 * 1024
/** Bytes of a response header that are taken. */
const HEADER_LIMIT = 64 * 1024

/**
 * Asks once, follows nothing. Rejects with the errors of `dial`, of undici, or with the reason of the signal.
 * Nothing is left open, whatever happens.
 */
export async function ask(question: Question, trace: Trace): Promise<Answer> {
  delete trace.error
  const client = clientFor(question, trace)
  try {
    const response = await client.request({
      method: question.method ?? 'GET',
      path: pathOf(question),
      headers: headersOf(question),
      signal: question.signal,
    })
    trace.answeredAt = performance.now()
    trace.phase = 'body'
    const taken = await take(response.body, question)
    trace.endedAt = performance.now()
    return { status: response.statusCode, headers: response.headers, ...taken }
  } catch (error) {
    throw question.signal.aborted ? error : (trace.error ?? error)
  } finally {
    await client.destroy()
  }
}

/** undici on a connection that `dial` makes: one, for a second would be another measurement. */
function clientFor(question: Question, trace: Trace): Client {
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
          callback(null, socket)
        },
        error => callback(error, null),
      )
    },
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

async function take(
  body: Dispatcher.ResponseData['body'],
  { bodyLimit = BODY_LIMIT, onChunk }: Question,
): Promise<Pick<Answer, 'body' | 'complete'>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (onChunk === undefined) chunks.push(chunk)
    else onChunk(chunk)
    if (size > bodyLimit) break
  }
  return { body: Buffer.concat(chunks).subarray(0, bodyLimit), complete: size <= bodyLimit }
}
