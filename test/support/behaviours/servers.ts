/** Starts the servers of a behaviour on free ports of 127.0.0.1. */
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Behaviour, Change, Host, Reply, Requested } from './behaviour.ts'
import type { Contents } from './contents.ts'
import { startProgram } from './programs.ts'
import { changeFor, finalReply } from './replies.ts'
import { joinTo, serveSocks, writeReply } from './tunnels.ts'

export interface Servers {
  /** The text with the origin of each server in place of its `$name`. */
  fill(text: string): string
  /** Every request to a host since the start, oldest first. */
  requests(host: string): readonly Requested[]
  close(): Promise<void>
}

interface Running {
  readonly name: string
  readonly origin: string
  readonly requests: readonly Requested[]
  close(): Promise<void>
}

export async function startServers({ hosts }: Behaviour, contents: Contents): Promise<Servers> {
  const running: Running[] = []
  const fill = (text: string) => fillOrigins(text, running)
  const portOf = (name: string) => Number(new URL(running.find(one => one.name === name)?.origin ?? '').port)
  for (const [name, host] of Object.entries(hosts))
    running.push(await startHost(name, host, { contents, fill, portOf }))
  return {
    fill,
    requests: host => running.find(({ name }) => name === host)?.requests ?? [],
    close: async () => {
      await Promise.all(running.map(server => server.close()))
    },
  }
}

/** Other text that begins with a dollar sign stays. */
function fillOrigins(text: string, running: readonly Running[]): string {
  return running
    .toSorted((a, b) => b.name.length - a.name.length)
    .reduce(
      (filled, { name, origin }) =>
        filled
          .replaceAll(`$${name}.host`, new URL(origin).host)
          .replaceAll(`$${name}.port`, new URL(origin).port)
          .replaceAll(`$${name}`, origin),
      text,
    )
}

interface Surroundings {
  readonly contents: Contents
  readonly fill: Servers['fill']
  /** The port of a host that runs. */
  readonly portOf: (name: string) => number
}

async function startHost(name: string, host: Host, around: Surroundings): Promise<Running> {
  if (host.program !== undefined) {
    const { port, stop } = await startProgram(host.program, around.fill)
    return { name, origin: `http://127.0.0.1:${port}`, requests: [], close: stop }
  }
  const requests: Requested[] = []
  const server = openServer(host, requests, around)
  const sockets = new Set<Socket>()
  server.on(host.tls ? 'secureConnection' : 'connection', socket => sockets.add(socket))
  server.on('connection', socket => sockets.add(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    name,
    origin: `${host.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    close: async () => {
      const closed = new Promise(resolve => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function openServer(host: Host, requests: Requested[], around: Surroundings): net.Server {
  const { socks } = host
  if (socks !== undefined)
    return net.createServer(socket => {
      socket.on('error', () => {})
      serveSocks(socket, socks, around.portOf(socks.connectsTo)).catch(() => socket.destroy())
    })
  const read = ({ method = '', url = '', headers }: http.IncomingMessage) => {
    // A client of a proxy sends the whole url.
    const requested = { method, url: url.replace(/^http:\/\/[^/]*/, ''), headers }
    requests.push(requested)
    return requested
  }
  const listener: http.RequestListener = (request, response) => {
    request.resume()
    void respond(response, read(request), host, around)
  }
  const server = host.tls ? https.createServer(host.tls, listener) : http.createServer(listener)
  return server.on('connect', (request: http.IncomingMessage, socket: Socket) =>
    connect(socket, read(request), host, around),
  )
}

function connect(socket: Socket, requested: Requested, host: Host, around: Surroundings): void {
  socket.on('error', () => {})
  const { change } = changeFor(requested, host, around.contents)
  const { instead, raw, thenTunnel, status = 200, headers = {}, body = '' } = change
  if (instead === 'stall') return
  if (instead === 'close') return void socket.destroy()
  if (raw !== undefined) socket.write(raw)
  else writeReply(socket, { status, headers, body })
  if (host.connectsTo === undefined || !(thenTunnel ?? (raw === undefined && status === 200)))
    return void socket.end()
  joinTo(socket, around.portOf(host.connectsTo))
}

async function respond(
  response: http.ServerResponse,
  requested: Requested,
  host: Host,
  { contents, fill }: Surroundings,
): Promise<void> {
  const { change, normal } = changeFor(requested, host, contents)
  if (change.afterMs !== undefined) await sleep(change.afterMs, undefined, { ref: false })
  const { socket } = response
  if (change.instead === 'stall' || socket === null) return
  if (change.instead === 'close') socket.destroy()
  else if (change.raw !== undefined) sendRaw(socket, change.raw, fill)
  else send(response, requested.method, finalReply(normal, change, fill))
}

function sendRaw(socket: Socket, raw: NonNullable<Change['raw']>, fill: Servers['fill']): void {
  socket.end(typeof raw === 'string' ? Buffer.from(fill(raw), 'latin1') : raw)
}

function send(response: http.ServerResponse, method: string, { status, headers, body }: Reply): void {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined)
  response.writeHead(status, Object.fromEntries(given) as http.OutgoingHttpHeaders)
  response.end(method === 'HEAD' ? undefined : body)
}
