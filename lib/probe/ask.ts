/** One GET on a connection of its own, bounded in every direction. The only importer of undici. */
import { Client, type Dispatcher } from 'undici'
import { coded, type Dial, dial, type Trace } from './dial.ts'

/** What came back: the head, and the start of the body. */
export interface Answer {
  readonly status: number
  /** Names in lower case. Text of a stranger. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** At most BODY_LIMIT bytes. Text of a stranger. */
  readonly body: string
}

export interface Question extends Dial {
  readonly headers: Readonly<Record<string, string>>
}

/** Bytes of a body that are read before the connection is closed. */
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
      method: 'GET',
      path: question.url.pathname + question.url.search,
      headers: headersOf(question),
      signal: question.signal,
    })
    trace.answeredAt = performance.now()
    trace.phase = 'body'
    return { status: response.statusCode, headers: response.headers, body: await start(response.body) }
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

/** Go takes the name of the host from the url and ignores a header of that name (net/http/request.go). */
function headersOf(question: Question): Record<string, string> {
  const given = Object.entries(question.headers).filter(([name]) => name.toLowerCase() !== 'host')
  const names = given.map(([name]) => name.toLowerCase())
  return {
    ...(names.includes('user-agent') ? {} : { 'user-agent': 'regmirror' }),
    ...Object.fromEntries(given),
  }
}

async function start(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= BODY_LIMIT) break
  }
  return Buffer.concat(chunks).subarray(0, BODY_LIMIT).toString('utf8')
}
