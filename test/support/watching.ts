/** A watcher as a process, with a node and mirrors that a test stops and starts. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { kill } from './process.ts'
import { FROM_SOURCE } from './program.ts'
import { withDirectory } from './tree.ts'

/** Enough for the slowest machine: a watcher finds within a minute what no hint reports. */
const PATIENCE_MS = 90_000

export interface Watching {
  readonly child: ChildProcess
  /** Everything it has logged. */
  log(): string
  /** Waits for a line after the one that the previous call returned. */
  until(line: RegExp): Promise<string>
  /** Ends it; returns its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Runs `watch`, and kills it at the end. `wrapper` is a command that executes it. */
export async function watching<T>(
  args: readonly string[],
  use: (watcher: Watching) => Promise<T>,
  env: NodeJS.ProcessEnv = {},
  stdin = '',
  wrapper: readonly string[] = [],
): Promise<T> {
  const [program = '', ...rest] = [...wrapper, ...FROM_SOURCE, 'watch', ...args]
  const child = spawn(program, rest, {
    // The test may run as a service. Another JOURNAL_STREAM keeps the levels of the journal out of the lines.
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

/** For a process whose stderr is a pipe. */
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

/** Calls `find` until it returns a value. */
export async function eventually<T>(
  find: () => T | undefined | Promise<T | undefined>,
  complaint: () => string,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(complaint())
    await new Promise(done => setTimeout(done, 20))
  }
}

/** A mirror that can be stopped, and started again at the same port. */
export interface StoppableMirror extends AsyncDisposable {
  readonly url: string
  stop(): Promise<void>
  start(): Promise<void>
  /** Resolves after its first request. */
  requested(): Promise<unknown>
}

export async function startMirror({ hangs = false } = {}): Promise<StoppableMirror> {
  const server = http.createServer((_, response) => hangs || response.end('{}'))
  const first = once(server, 'request')
  const start = async (port = 0) => void (await once(server.listen(port, '127.0.0.1'), 'listening'))
  await start()
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    server.closeAllConnections()
    if (server.listening) await new Promise(done => server.close(done))
  }
  return {
    url: `http://127.0.0.1:${port}`,
    stop,
    start: () => start(port),
    requested: () => first,
    [Symbol.asyncDispose]: stop,
  }
}

export interface Place {
  readonly root: string
  readonly list: string
  /** The arguments of every run. */
  readonly args: readonly string[]
  /** The text of the hosts.toml of a registry; undefined: there is none. */
  hosts(registry?: string): Promise<string | undefined>
  hostsFile: string
}

/** A node with the directory of containerd, and a directory for the list. */
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

/** A list whose mirrors are probed every second. */
export function listText(urls: readonly string[], more = ''): string {
  const mirrors = urls.map(url => JSON.stringify(url)).join(', ')
  return `version = 1\n[health]\ninterval = "1s"\n${more}\n[registries."docker.io"]\nmirrors = [${mirrors}]\n`
}
