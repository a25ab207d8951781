/** Starts dockerd on the machine that this program runs on, and speaks to it at its socket. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

const SOCKET = '/run/docker.sock'
const FLAGS = ['--bridge=none', '--iptables=false', '--host', `unix://${SOCKET}`]

export interface Dockerd {
  readonly pid: number
  alive(): boolean
  log(): string
  stop(): Promise<void>
}

/** The part of `GET /info` that tests read. */
export interface Info {
  readonly ServerVersion: string
  readonly RegistryConfig: {
    readonly Mirrors: readonly string[] | null
    readonly IndexConfigs: Readonly<Record<string, { readonly Secure: boolean }>>
  }
}

/** Waits until it serves. */
export async function startDockerd(flags: readonly string[] = []): Promise<Dockerd> {
  const child = spawn('/usr/sbin/dockerd', [...FLAGS, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  const log: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => log.push(String(chunk)))
  const daemon = daemonOf(child, log)
  while (daemon.alive()) {
    if ((await get('/info').catch(() => undefined)) !== undefined) return daemon
    await sleep(50)
  }
  throw new Error(`dockerd has ended:\n${daemon.log()}`)
}

function daemonOf(child: ChildProcess, log: readonly string[]): Dockerd {
  const alive = () => child.exitCode === null && child.signalCode === null
  return {
    pid: child.pid ?? 0,
    alive,
    log: () => log.join(''),
    stop: async () => {
      if (!alive()) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Undefined: it has another status than 200. */
async function get(target: string): Promise<string | undefined> {
  const { status, body } = await request('GET', target)
  return status === 200 ? body : undefined
}

export async function readInfo(): Promise<Info> {
  return JSON.parse((await get('/info')) ?? '{}')
}

/** As `docker pull`; an error of the pull is thrown. */
export async function pull(image: string): Promise<void> {
  const [name, tag] = image.split(/:(?=[^/]*$)/)
  const query = new URLSearchParams({ fromImage: name ?? '', tag: tag ?? 'latest' })
  const { status, body } = await request('POST', `/images/create?${query}`)
  const failed = /"error":"([^"]*)"/.exec(body)?.[1]
  if (status !== 200 || failed !== undefined) throw new Error(`${image}: ${failed ?? body}`)
}

async function request(method: string, target: string): Promise<{ status: number; body: string }> {
  const sent = http.request({ socketPath: SOCKET, method, path: target })
  sent.end()
  const [response] = (await once(sent, 'response')) as [http.IncomingMessage]
  return { status: response.statusCode ?? 0, body: await text(response) }
}
