/** A connection through a SOCKS5 proxy (RFC 1928, RFC 1929), as Go makes it: net/http/socks_bundle.go. */
import net from 'node:net'
import { codedError } from '../../system/coded-error.ts'
import { PROXY_REFUSED } from '../connection/error-codes.ts'
import { type ByteSource, openSource, peekPiece, type Reading } from './byte-source.ts'
import type { HttpProxy } from './proxies.ts'
import { readSocket } from './read-socket.ts'

/** Requests the proxy at the other end of the socket to connect it to that host; the proxy looks up its name. */
export async function openSocks(
  socket: net.Socket,
  target: { readonly host: string; readonly port: number },
  { user }: HttpProxy,
): Promise<void> {
  await readSocket(socket, negotiate(socket, target, user))
}

const VERSION = 5
const NO_LOGIN = 0
const PASSWORD = 2

function* negotiate(
  socket: net.Socket,
  target: { readonly host: string; readonly port: number },
  user: HttpProxy['user'],
): Reading<void> {
  const source = openSource()
  const methods = user === undefined ? [NO_LOGIN] : [NO_LOGIN, PASSWORD]
  socket.write(Buffer.from([VERSION, methods.length, ...methods]))
  const [version, method = 0xff] = yield* readBytes(source, 2)
  if (version !== VERSION) throw codedError(PROXY_REFUSED)
  if (!methods.includes(method)) throw refusal('login')
  if (method === PASSWORD && user !== undefined) yield* logIn(socket, source, user)
  socket.write(
    Buffer.from([VERSION, 1, 0, ...addressBytes(target.host), target.port >> 8, target.port & 0xff]),
  )
  const [replied, code, reserved, type] = yield* readBytes(source, 4)
  if (replied !== VERSION || reserved !== 0) throw codedError(PROXY_REFUSED)
  if (code !== 0) throw refusal(String(code))
  yield* readBytes(source, (yield* addressLength(source, type)) + 2)
}

function* logIn(
  socket: net.Socket,
  source: ByteSource,
  { name, password = '' }: NonNullable<HttpProxy['user']>,
): Reading<void> {
  const texts = [name, password].map(text => Buffer.from(text, 'latin1'))
  if (name === '' || texts.some(text => text.length > 255)) throw refusal('login')
  socket.write(Buffer.from([1, ...texts.flatMap(text => [text.length, ...text])]))
  const [, status] = yield* readBytes(source, 2)
  if (status !== 0) throw refusal('login')
}

/** `status` is the code of the reply, or `login`. */
function refusal(status: string): Error {
  return Object.assign(codedError(PROXY_REFUSED), { socks: true, status })
}

const IPV4 = 1
const NAME = 3
const IPV6 = 4

function addressBytes(host: string): readonly number[] {
  if (net.isIPv4(host)) return [IPV4, ...host.split('.').map(Number)]
  if (net.isIPv6(host)) return [IPV6, ...ipv6Bytes(host)]
  const name = Buffer.from(host, 'latin1')
  if (name.length > 255) throw codedError(PROXY_REFUSED)
  return [NAME, name.length, ...name]
}

/** A host of a url has no IPv4 part and at most one `::`. */
function ipv6Bytes(host: string): readonly number[] {
  const [left = [], right = []] = host.split('::').map(half => half.split(':').filter(Boolean))
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  return groups.map(group => Number.parseInt(group, 16)).flatMap(group => [group >> 8, group & 0xff])
}

function* addressLength(source: ByteSource, type: number | undefined): Reading<number> {
  if (type === IPV4) return 4
  if (type === IPV6) return 16
  if (type !== NAME) throw codedError(PROXY_REFUSED)
  return (yield* readBytes(source, 1))[0] ?? 0
}

function* readBytes(source: ByteSource, count: number): Reading<readonly number[]> {
  const bytes: number[] = []
  while (bytes.length < count) {
    const part = (yield* peekPiece(source)).subarray(0, count - bytes.length)
    bytes.push(...part)
    source.skip(part.length)
  }
  return bytes
}
