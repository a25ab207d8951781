/** A watcher with 500 mirrors during a flood of requests for its pages: how long checks take, and how often it probes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { median, ms } from './support/measure.ts'
import { REGMIRROR } from './support/programs.ts'

const MIRRORS = 500
const CHECKS = 300
const INTERVAL_S = 5

/** $1 is the port, the rest are paths: each is requested again and again, on a new connection each time. */
const FLOOD = `
  const http = require('node:http')
  const [port, ...paths] = process.argv.slice(1)
  const repeat = path => http.get({ host: '127.0.0.1', port, path, agent: false }, response =>
    response.resume().on('close', () => repeat(path))).on('error', () => repeat(path))
  paths.forEach(repeat)`
const PATHS = ['/', '/', '/', '/metrics', '/metrics', '/?open=r1.example', '/?open=r2.example', '/?open=none']

export async function crowd(folder: string): Promise<void> {
  let probes = 0
  const mirror = http.createServer((_, response) => {
    probes += 1
    response.end('{}')
  })
  await once(mirror.listen(0, '127.0.0.1'), 'listening')
  const watcher = await startWatcher(folder, (mirror.address() as AddressInfo).port)
  try {
    const port = await portOf(watcher)
    await untilWritten(port)
    const measured = async () => {
      const [before, began] = [probes, performance.now()]
      const times = await timesOf(port)
      await sleep(Math.max(0, INTERVAL_S * 2000 - (performance.now() - began)))
      return { times, rate: ((probes - before) * 1000) / (performance.now() - began) }
    }
    const quiet = await measured()
    const flood = spawn(process.execPath, ['-e', FLOOD, String(port), ...PATHS], { stdio: 'inherit' })
    const flooded = await measured().finally(() => stop(flood))
    console.log(`\n/livez of a watcher of ${MIRRORS} mirrors, ${CHECKS} times`)
    print('without other requests', quiet.times, quiet.rate)
    print(`${PATHS.length} clients request pages`, flooded.times, flooded.rate)
  } finally {
    await stop(watcher)
    mirror.close()
  }
}

async function startWatcher(folder: string, port: number): Promise<ChildProcess> {
  const [list, root] = [path.join(folder, 'mirrors.toml'), path.join(folder, 'node')]
  await fs.mkdir(path.join(root, 'etc/containerd'), { recursive: true })
  const registries = Array.from(
    { length: MIRRORS },
    (_, i) =>
      `[registries."r${i}.example"]\nserver = "http://127.0.0.1:${port}"\nmirrors = ["http://127.0.0.1:${port}/m${i}/v2"]\n`,
  )
  const text = `version = 1\n[health]\ninterval = "${INTERVAL_S}s"\n${registries.join('')}`
  await fs.writeFile(list, text, { mode: 0o644 })
  const [program = '', ...args] = [...REGMIRROR, 'watch', '--root', root, '-f', list]
  return spawn(program, [...args, '--listen', '127.0.0.1:0', '--log-format', 'text'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill()
  await once(child, 'exit')
}

async function portOf({ stderr }: ChildProcess): Promise<number> {
  const lines = createInterface({ input: stderr as NodeJS.ReadableStream })
  for await (const line of lines) {
    const [, port] = /listening at http:\S+:(\d+)\//.exec(line) ?? []
    if (port === undefined) continue
    // The rest of the log is not read, which must not matter.
    return Number(port)
  }
  throw new Error('the watcher has ended')
}

async function untilWritten(port: number): Promise<void> {
  while ((await fetch(`http://127.0.0.1:${port}/readyz`)).status !== 200) await sleep(100)
}

async function timesOf(port: number): Promise<readonly number[]> {
  const times: number[] = []
  for (let i = 0; i < CHECKS; i += 1) {
    const began = performance.now()
    const request = http.get({ host: '127.0.0.1', port, path: '/livez', agent: false })
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    if (response.statusCode !== 200) throw new Error(`/livez is ${response.statusCode}`)
    response.resume()
    times.push(performance.now() - began)
  }
  return times
}

function print(name: string, times: readonly number[], rate: number): void {
  const worst = times.toSorted((a, b) => b - a)[Math.floor(times.length / 100)] ?? 0
  const probes = `${rate.toFixed(0)} probes a second`
  console.log(
    `${name.padEnd(32)} median ${ms(median(times))}, one in a hundred ${ms(worst)} or more; ${probes}`,
  )
}
