/** Readers that stop reading the log of a watcher, or the output of a command. */
import assert from 'node:assert/strict'
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Fifo, openFifo } from '../support/fifo.ts'
import { parallelTests } from '../support/parallel-tests.ts'
import { kill } from '../support/process.ts'
import { FROM_SOURCE } from '../support/program.ts'
import { eventually, type Place, withPlace } from '../support/watching.ts'

const ENV = { ...process.env, NOTIFY_SOCKET: '', JOURNAL_STREAM: '8:1' }
/** Every SIGHUP logs the problems of this list, in lines of several KB. */
const INVALID = `version = 1\n${Array.from({ length: 100 }, (_, i) => `[registries."r${i}.example"]\n${'m'.repeat(100)} = 1\n`).join('')}`
/** By then a process that does not wait for a reader has ended. */
const PATIENCE_MS = 60_000

const command = (args: readonly string[]) => [...FROM_SOURCE, ...args] as const

/** A port for the metrics of a watcher whose log is not read. */
async function withPort(use: (port: number) => Promise<void>): Promise<void> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise(done => server.close(done))
  await use(port)
}

async function failedReads(port: number): Promise<number> {
  const page = await fetch(`http://127.0.0.1:${port}/metrics`).then(
    response => response.text(),
    () => '',
  )
  return Number(/^regmirror_list_reads_total\{result="error"\} (\d+)/m.exec(page)?.[1] ?? 0)
}

/** Makes it read the list again so many times, each time after the previous one. Its log is not read. */
async function reload(send: () => void, port: number, times: number): Promise<void> {
  const after = (count: number) =>
    eventually(
      async () => ((await failedReads(port)) > count ? true : undefined),
      () => 'the watcher has stopped',
    )
  await after(0)
  for (let i = 0; i < times; i += 1) {
    const before = await failedReads(port)
    send()
    await after(before)
  }
}

async function endOf(child: ChildProcess): Promise<number | null | string> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  return await Promise.race([ended, sleep(PATIENCE_MS, 'it waits for the reader', { ref: false })])
}

/** A watcher with an invalid list and these streams. */
async function withWatcher(
  stdio: StdioOptions,
  use: (child: ChildProcess, port: number) => Promise<void>,
): Promise<void> {
  await withPlace(({ list, args }) =>
    withPort(async port => {
      await fs.writeFile(list, INVALID)
      const watch = ['watch', ...args, '--log-format', 'text', '--listen', `127.0.0.1:${port}`]
      const [program, ...rest] = command(watch)
      const child = spawn(program, rest, { env: ENV, stdio })
      try {
        await use(child, port)
      } finally {
        await kill(child, 'SIGKILL')
      }
    }),
  )
}

/** The same at a terminal that `script` reads. `watcher` is the process id. */
async function withTerminal(
  use: (terminal: ChildProcess, watcher: number, port: number) => Promise<void>,
): Promise<void> {
  await withPlace(({ root, list, args }) =>
    withPort(async port => {
      await fs.writeFile(list, INVALID)
      const id = path.join(root, 'id')
      const words = command(['watch', ...args, '--listen', `127.0.0.1:${port}`]).map(word => `'${word}'`)
      const shell = `echo $$ > '${id}'; exec ${words.join(' ')}`
      const terminal = spawn('script', ['-qfec', shell, '/dev/null'], { env: ENV, stdio: 'ignore' })
      try {
        await eventually(
          async () => ((await failedReads(port)) > 0 ? true : undefined),
          () => 'it does not start',
        )
        await use(terminal, Number(await fs.readFile(id, 'utf8')), port)
      } finally {
        await kill(terminal, 'SIGKILL')
      }
    }),
  )
}

const withFifo = (use: (fifo: Fifo, place: Place) => Promise<void>) =>
  withPlace(async place => {
    await using fifo = await openFifo(path.join(place.root, 'fifo'))
    await use(fifo, place)
  })

describe('a log whose reader stops', () => {
  parallelTests({
    'in a pipe: the watcher goes on, and ends after SIGTERM': () =>
      withFifo(fifo =>
        withWatcher(['ignore', fifo.writer, fifo.writer], async (child, port) => {
          await reload(() => child.kill('SIGHUP'), port, 15)
          child.kill('SIGTERM')
          assert.equal(await endOf(child), 0)
        }),
      ),

    'in a socket, like that of the journal': () =>
      // A pipe of Node is a pair of sockets.
      withWatcher(['ignore', 'ignore', 'pipe'], async (child, port) => {
        await reload(() => child.kill('SIGHUP'), port, 50)
        child.kill('SIGTERM')
        assert.equal(await endOf(child), 0)
      }),

    'in a terminal that is stopped': () =>
      withTerminal(async (terminal, watcher, port) => {
        terminal.kill('SIGSTOP')
        await reload(() => process.kill(watcher, 'SIGHUP'), port, 10)
        process.kill(watcher, 'SIGTERM')
        await eventually(
          async () => /^State:\s+Z/m.test(await fs.readFile(`/proc/${watcher}/status`, 'utf8')) || undefined,
          () => 'it waits for the terminal',
        )
      }),

    'gets the number of dropped lines once it reads again, and only whole lines': () =>
      withFifo(fifo =>
        withWatcher(['ignore', 'ignore', fifo.writer], async (child, port) => {
          const hangup = () => child.kill('SIGHUP')
          await reload(hangup, port, 50)
          let log = ''
          const until = (line: RegExp) =>
            eventually(
              async () => {
                log += await fifo.read()
                return line.test(log) || undefined
              },
              () => `no ${line} in what it logs:\n${log.slice(-2000)}`,
            )
          await until(/ warn +dropped [1-9]\d* log lines? here: .*\n$/)
          await reload(hangup, port, 1)
          await until(/ log lines? here[\s\S]*SIGHUP: reading the list again[\s\S]*still invalid.*\n/)
          child.kill('SIGTERM')
          assert.equal(await endOf(child), 0)
          await until(/stopping\n$/)
          for (const line of log.trimEnd().split('\n')) assert.match(line, /^\d{4}-\S+Z (info|warn|error) /)
        }),
      ),
  })
})

describe('output whose reader stops', () => {
  /** Two mirrors of each of so many registries: more than a pipe holds. */
  const LARGE = `version = 1\n${Array.from({ length: 400 }, (_, i) => `[registries."r${i}.example"]\nmirrors = ["https://a${i}.example", "https://b${i}.example"]\n`).join('')}`

  async function withPlan(use: (child: ChildProcess, fifo: Fifo) => Promise<void>): Promise<void> {
    await withFifo(async (fifo, { list, args }) => {
      await fs.writeFile(list, LARGE)
      const [program, ...rest] = command(['plan', '--format', 'json', ...args])
      const child = spawn(program, rest, { env: ENV, stdio: ['ignore', fifo.writer, 'ignore'] })
      try {
        await use(child, fifo)
      } finally {
        await kill(child, 'SIGKILL')
      }
    })
  }

  /** The beginning of the output. */
  const started = (fifo: Fifo) =>
    eventually(
      async () => (await fifo.read(10)) || undefined,
      () => 'there is no output',
    )

  const endsBy = (signal: NodeJS.Signals, code: number) => () =>
    withPlan(async (child, fifo) => {
      await started(fifo)
      child.kill(signal)
      assert.equal(await endOf(child), code)
    })

  parallelTests({
    'SIGTERM ends a command that waits for it': endsBy('SIGTERM', 143),
    'SIGINT ends a command that waits for it': endsBy('SIGINT', 130),
    'is complete when its reader is only slow': () =>
      withPlan(async (child, fifo) => {
        let output = await started(fifo)
        await sleep(500)
        assert.equal(child.exitCode, null)
        while (child.exitCode === null) {
          output += await fifo.read()
          await sleep(5)
        }
        output += await fifo.read()
        assert.ok(JSON.parse(output).changes.length > 400)
        assert.equal(child.exitCode, 0)
      }),
  })
})
