/** A watcher as a process, and its log. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { FROM_SOURCE } from '../../support/program.ts'

export interface LogEntry {
  readonly time: string
  readonly event: string
  readonly msg: string
  readonly url?: string
}

export interface Watcher {
  readonly log: readonly LogEntry[]
  /** The next entry with that event, after this call, or after the first `from` entries. */
  heard(event: string, from?: number): Promise<LogEntry>
  /** Ends it with SIGTERM; returns its exit code. */
  stop(): Promise<number | null>
}

export async function startWatcher(
  args: readonly string[],
  env = process.env,
  command = FROM_SOURCE,
): Promise<Watcher> {
  const [program, ...own] = command
  const child = spawn(program, [...own, 'watch', '--log-format', 'json', ...args], {
    env,
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const log: LogEntry[] = []
  let rest = ''
  const listeners: (() => void)[] = []
  const notify = () => {
    for (const listener of listeners.splice(0)) listener()
  }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) log.push(JSON.parse(line))
    notify()
  })
  const ended = once(child, 'close')
  void ended.then(() => notify())
  const running = () => child.exitCode === null && child.signalCode === null
  return {
    log,
    heard: async (event, from = log.length) => {
      for (;;) {
        const found = log.slice(from).find(entry => entry.event === event)
        if (found !== undefined) return found
        if (!running()) throw new Error(`it ended without ${event}: ${JSON.stringify(log)}`)
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
