/** A watcher in a process of its own, and what it says. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

const CLI = path.resolve(import.meta.dirname, '../../support/cli.ts')

export interface LogEntry {
  readonly time: string
  readonly event: string
  readonly msg: string
  readonly url?: string
}

export interface Watcher {
  readonly log: readonly LogEntry[]
  /** The next entry of that kind, from this call on, or since `from` entries were there. */
  heard(event: string, from?: number): Promise<LogEntry>
  /** Ends it with SIGTERM; its exit code. */
  stop(): Promise<number | null>
}

export async function startWatcher(args: readonly string[], env = process.env): Promise<Watcher> {
  const child = spawn(process.execPath, [CLI, 'watch', '--log-format', 'json', ...args], {
    env,
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const log: LogEntry[] = []
  let rest = ''
  const listeners: (() => void)[] = []
  const told = () => {
    for (const listener of listeners.splice(0)) listener()
  }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) log.push(JSON.parse(line))
    told()
  })
  const ended = once(child, 'close')
  void ended.then(() => told())
  const running = () => child.exitCode === null && child.signalCode === null
  return {
    log,
    heard: async (event, from = log.length) => {
      for (;;) {
        const found = log.slice(from).find(entry => entry.event === event)
        if (found !== undefined) return found
        if (!running()) throw new Error(`it ended, and had not told of ${event}: ${JSON.stringify(log)}`)
        await new Promise<void>(done => listeners.push(done))
      }
    },
    stop: async () => {
      if (running()) child.kill('SIGTERM')
      await ended
      return child.exitCode
    },
  }
}
