/** A watcher as a process of its own, on a node of its own, beside mirrors that die and come back. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { kill } from './process.ts'
import { withDirectory } from './tree.ts'

const CLI = path.join(import.meta.dirname, 'cli.ts')
/** For what is going to happen on the slowest machine: what no hint tells of is found within a minute. */
const PATIENCE_MS = 90_000

export interface Watching {
  readonly child: ChildProcess
  /** All that it has logged. */
  log(): string
  /** Waits for a line that was logged after the last one that was waited for. */
  until(line: RegExp): Promise<string>
  /** Ends it; gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Runs `watch`, and ends it whatever happens. `wrapper` is a command to start it with, which becomes it. */
export async function watching<T>(
  args: readonly string[],
  use: (watcher: Watching) => Promise<T>,
  env: NodeJS.ProcessEnv = {},
  stdin = '',
  wrapper: readonly string[] = [],
): Promise<T> {
  const [program = '', ...rest] = [...wrapper, process.execPath, CLI, 'watch', ...args]
  const child = spawn(program, rest, {
    // Of a service's children, also where their stderr is another: then the journal's levels are no part of a line.
    env: { ...process.env, NOTIFY_SOCKET: '', JOURNAL_STREAM: '8:1', ...env },
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  child.stdin?.end(stdin)
  try {
    return await use(watcherOf(child))
  } finally {
    await kill(child, 'SIGKILL')
  }
}

/** Of a process whose stderr is a pipe of ours. */
export function watcherOf(child: ChildProcess): Watching {
  let log = ''
  let read = 0
  child.stderr?.setEncoding('utf8').on('data', text => {
    log += text
  })
  const found = (line: RegExp) => {
    const match = new RegExp(`^.*(?:${line.source}).*\n`, 'm').exec(log.slice(read))
    if (match) read += match.index + match[0].length
    return match?.[0]
  }
  return {
    child,
    log: () => log,
    until: line =>
      eventually(
        () => found(line),
        () => `no line ${line} in\n${log.slice(read)}of\n${log}`,
      ),
    stop: async (signal = 'SIGTERM') => {
      await kill(child, signal)
      return child.exitCode
    },
  }
}

/** Asks again until there is an answer. */
export async function eventually<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  complaint: () => string,
): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > deadline) throw new Error(complaint())
    await new Promise(done => setTimeout(done, 20))
  }
}

/** A mirror at a port of its own, that can die and come back there. */
export interface Mortal extends AsyncDisposable {
  readonly url: string
  die(): Promise<void>
  rise(): Promise<void>
  /** Resolves once it was asked. */
  asked(): Promise<unknown>
}

export async function startMortal({ hangs = false } = {}): Promise<Mortal> {
  const server = http.createServer((_, response) => hangs || response.end('{}'))
  const first = once(server, 'request')
  const rise = async (port = 0) => void (await once(server.listen(port, '127.0.0.1'), 'listening'))
  await rise()
  const { port } = server.address() as AddressInfo
  const die = async () => {
    server.closeAllConnections()
    if (server.listening) await new Promise(done => server.close(done))
  }
  return {
    url: `http://127.0.0.1:${port}`,
    die,
    rise: () => rise(port),
    asked: () => first,
    [Symbol.asyncDispose]: die,
  }
}

export interface Place {
  readonly root: string
  readonly list: string
  /** What every run starts with. */
  readonly args: readonly string[]
  /** The text of a registry's hosts.toml; undefined: there is none. */
  hosts(registry?: string): Promise<string | undefined>
  hostsFile: string
}

/** A node with containerd's folder, and a folder for the list. */
export async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
  await withDirectory(async directory => {
    const root = path.join(directory, 'node')
    const list = path.join(directory, 'lists', 'mirrors.toml')
    await fs.mkdir(path.join(root, 'etc/containerd'), { recursive: true })
    await fs.mkdir(path.dirname(list))
    const fileOf = (registry: string) => path.join(root, 'etc/containerd/certs.d', registry, 'hosts.toml')
    const hosts = (registry = 'docker.io') => fs.readFile(fileOf(registry), 'utf8').catch(() => undefined)
    const args = ['--root', root, '-f', list]
    await use({ root, list, args, hosts, hostsFile: fileOf('docker.io') })
  })
}

/** A list that is asked about often. */
export function listText(urls: readonly string[], more = ''): string {
  const mirrors = urls.map(url => JSON.stringify(url)).join(', ')
  return `version = 1\n[health]\ninterval = "1s"\n${more}\n[registries."docker.io"]\nmirrors = [${mirrors}]\n`
}
