/** One call of a gRPC service at a Unix socket, without a message of its own (gRPC over HTTP/2). */
import { connect as connectSocket } from 'node:net'

export interface GrpcResult {
  /** As in `grpc-status`: 0 is success, 12 an unknown service; undefined where no gRPC server responded. */
  readonly status: number | undefined
  /** Why it failed. */
  readonly message: string
  /** The first message of the response, without its frame. */
  readonly body: Buffer
}

const LIMIT_MS = 5000
/** Not compressed, of no bytes. */
const EMPTY_MESSAGE = Buffer.alloc(5)
const FRAME_LENGTH = 5

/** `method` is `/package.Service/Method`. Throws nothing. */
export async function callGrpc(socket: string, method: string): Promise<GrpcResult> {
  const http2 = await import('node:http2')
  return await new Promise(resolve => {
    const session = http2.connect('http://localhost', { createConnection: () => connectSocket(socket) })
    const chunks: Buffer[] = []
    let headers: Readonly<Record<string, unknown>> = {}
    const end = (message: string) => {
      session.destroy()
      const status = /^\d+$/.test(String(headers['grpc-status'])) ? Number(headers['grpc-status']) : undefined
      const body = Buffer.concat(chunks).subarray(FRAME_LENGTH)
      resolve({ status, message: decoded(headers['grpc-message']) || message, body })
    }
    session.on('error', ({ message }) => end(message))
    const stream = session.request({
      ':method': 'POST',
      ':path': method,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    stream.setTimeout(LIMIT_MS, () => end(`no response within ${LIMIT_MS / 1000} s`))
    // A failure without a message has its status in the headers.
    for (const event of ['response', 'trailers'] as const)
      stream.on(event, (more: object) => {
        headers = { ...headers, ...more }
      })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', ({ message }) => end(message))
    stream.on('close', () => end('the connection was closed'))
    stream.end(EMPTY_MESSAGE)
  })
}

function decoded(message: unknown): string {
  if (typeof message !== 'string') return ''
  try {
    return decodeURIComponent(message)
  } catch {
    return message
  }
}
