/** One GET request to an HTTP server at a Unix socket. */
import { connect } from 'node:net'

export interface UnixResponse {
  /** Undefined where no HTTP server responded; then `problem` says why. */
  readonly status: number | undefined
  readonly body: string
  readonly problem: string
}

const LIMIT_MS = 5000
const MAX_BYTES = 8 * 1024 * 1024

/** `target` is the path of the request. HTTP/1.0 has neither chunks nor a connection that stays. Throws nothing. */
export async function getUnix(socket: string, target: string, limitMs = LIMIT_MS): Promise<UnixResponse> {
  return await new Promise(resolve => {
    const chunks: Buffer[] = []
    let size = 0
    const connection = connect(socket)
    const timer = setTimeout(() => end(`no response within ${limitMs / 1000} s`), limitMs)
    const end = (problem: string) => {
      clearTimeout(timer)
      connection.destroy()
      resolve(parse(Buffer.concat(chunks).toString('utf8'), problem))
    }
    connection.on('connect', () => connection.write(`GET ${target} HTTP/1.0\r\nHost: localhost\r\n\r\n`))
    connection.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > MAX_BYTES) end(`the response is longer than ${MAX_BYTES} bytes`)
    })
    connection.on('error', ({ message }) => end(message))
    connection.on('end', () => end(''))
  })
}

function parse(text: string, problem: string): UnixResponse {
  const [, status, body = ''] =
    /^HTTP\/1\.[01] (\d{3})[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\n([\s\S]*)$/.exec(text) ?? []
  if (problem !== '' || status === undefined)
    return { status: undefined, body: '', problem: problem || 'the response is not HTTP' }
  return { status: Number(status), body, problem: '' }
}
