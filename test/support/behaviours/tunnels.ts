/** Connections through the hosts of a behaviour that are proxies: CONNECT and SOCKS5. */
import net, { type Socket } from 'node:net'
import type { Reply, Socks } from './behaviour.ts'

/** Passes the bytes of both connections on to each other. */
export function joinTo(socket: Socket, port: number, first = Buffer.alloc(0)): void {
  const other = net.connect(port, '127.0.0.1')
  for (const [one, peer] of [[socket, other] as const, [other, socket] as const]) {
    one.on('error', () => peer.destroy())
    one.on('close', () => peer.destroy())
    one.pipe(peer)
  }
  if (first.length > 0) other.write(first)
}

/** The head and the body of a reply to CONNECT. */
export function writeReply(socket: Socket, { status, headers, body }: Reply): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.write([`HTTP/1.1 ${status} x`, ...lines, '', ''].join('\r\n'))
  socket.write(body)
}

const NO_LOGIN = 0
const PASSWORD = 2
const NOTHING = 0xff

/** Serves one client; `port` is that of the host to connect to. */
export async function serveSocks(socket: Socket, { login, reply = 0 }: Socks, port: number): Promise<void> {
  const read = (count: number) => readBytes(socket, count)
  const [, count = 0] = await read(2)
  const wanted = login === undefined ? NO_LOGIN : PASSWORD
  const offered = [...(await read(count))].includes(wanted)
  socket.write(Buffer.from([5, offered ? wanted : NOTHING]))
  if (!offered) return void socket.end()
  if (login !== undefined && !(await logIn(socket, login))) return void socket.end()
  const [, , , type = 0] = await read(4)
  await read((type === 1 ? 4 : type === 4 ? 16 : ((await read(1))[0] ?? 0)) + 2)
  socket.write(Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]))
  if (reply === 0) joinTo(socket, port)
  else socket.end()
}

async function logIn(socket: Socket, login: string): Promise<boolean> {
  const [, length = 0] = await readBytes(socket, 2)
  const name = await readBytes(socket, length)
  const [secretLength = 0] = await readBytes(socket, 1)
  const secret = await readBytes(socket, secretLength)
  const accepted = `${name}:${secret}` === login
  socket.write(Buffer.from([1, accepted ? 0 : 1]))
  return accepted
}

async function readBytes(socket: Socket, count: number): Promise<Buffer> {
  if (count === 0) return Buffer.alloc(0)
  for (;;) {
    const bytes = socket.read(count) as Buffer | null
    if (bytes !== null) return bytes
    await new Promise((resolve, reject) => socket.once('readable', resolve).once('close', reject))
  }
}
