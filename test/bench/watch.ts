/**
 * What a dead mirror costs a real pull: without a watcher, with one, and beside a pull that has only healthy mirrors.
 * And what the watcher itself costs. Needs root and the containerds of the end-to-end tests.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, openBench, registryTable } from '../e2e/support/bench.ts'
import { startDeaf } from '../e2e/support/deaf.ts'
import { treeOf } from '../e2e/support/runtimes.ts'
import { startWatcher } from '../e2e/support/watcher.ts'
import { buildImage, type Image } from '../support/image.ts'
import type { LoopbackRegistry } from '../support/registry.ts'
import { median, ms, REGMIRROR } from './support/measure.ts'
import { startMirrors } from './support/mirrors.ts'

const CUT_S = Number(process.env.BENCH_CUT_S ?? 180)
const PULLS = 15
const LAYERS = 6
const IDLE_MIRRORS = 50
const IDLE_S = 60

export async function watch(folder: string): Promise<void> {
  for (const suite of ['trixie', 'sid']) {
    if (process.getuid?.() !== 0 || !existsSync(treeOf(`containerd-${suite}`)))
      console.log(`\nwatch: no root, or no containerd of ${suite} here: sh tools/debian/fetch.sh`)
    else for (const death of ['answers no more', 'packets are lost'] as const) await compare(suite, death)
  }
  await idle(folder)
}

let made = 0
const images: Image[] = Array.from({ length: 4 * PULLS }, () => {
  made += 1
  const layers = Array.from({ length: LAYERS }, (_, layer) => `image ${made}, layer ${layer}`)
  return buildImage('library/busybox', `t${made}`, layers)
})

async function compare(suite: string, death: 'answers no more' | 'packets are lost'): Promise<void> {
  const bench = await openBench(treeOf(`containerd-${suite}`))
  try {
    const well = await bench.registry({ images })
    const dying = await bench.registry({ images })
    const deaf = death === 'packets are lost' ? await startDeaf() : undefined
    try {
      const first = deaf?.origin ?? dying.url
      await bench.apply(registryTable('docker.io', [well.url]))
      const daemon = await bench.start()
      const left = [...images]
      const pull = async (cutS = CUT_S) => {
        const started = performance.now()
        const done = await daemon.cri.pull(`busybox:${left.shift()?.tag}`, cutS * 1000).then(
          () => true,
          () => false,
        )
        return { ms: performance.now() - started, done }
      }
      const several = async () => {
        const times: number[] = []
        for (let i = 0; i < PULLS; i += 1) times.push((await pull()).ms)
        return median(times)
      }
      await pull()
      const healthy = await several()
      console.log(`\nwatch: containerd ${bench.version}, the first of two mirrors ${death}, ${LAYERS} layers`)
      console.log(`healthy mirror only, median of ${PULLS}     ${ms(healthy)}`)
      await watched(bench, [first, well.url], deaf === undefined ? dying : undefined, async () => {
        const time = await several()
        console.log(
          `with watch, after it noticed, median of ${PULLS} ${ms(time)}  ${(time / healthy).toFixed(2)} x healthy`,
        )
      })
      if (deaf === undefined) dying.behave('silent')
      await bench.apply(registryTable('docker.io', [first, well.url]))
      const without = await pull()
      const end = without.done ? '' : ' and did not come about'
      console.log(
        `without watch                        ${ms(without.ms)}  ${(without.ms / healthy).toFixed(0)} x healthy${end}`,
      )
    } finally {
      await deaf?.close()
    }
  } finally {
    await bench.close()
  }
}

/** Runs `use` while a watcher has left the first mirror out; tells how long that took, and its return. */
async function watched(
  bench: Bench,
  mirrors: readonly string[],
  dying: LoopbackRegistry | undefined,
  use: () => Promise<void>,
): Promise<void> {
  const list = path.join(bench.node, '../watched.toml')
  const registries = registryTable('docker.io', mirrors)
  await fs.writeFile(list, `version = 1\n${registries}[targets.containerd]\nversion = "${bench.version}"\n`)
  const watcher = await startWatcher(['-f', list, '--root', bench.node])
  try {
    await watcher.heard('list_loaded', 0)
    if (dying !== undefined) await until(() => dying.requests.length > 0)
    const from = watcher.log.length
    const died = Date.now()
    dying?.behave('silent')
    const asked = dying?.requests.length ?? 0
    const asking = dying && until(() => dying.requests.length > asked).then(() => Date.now())
    await watcher.heard('mirror_down', dying === undefined ? 0 : from)
    const hosts = path.join(bench.hostsDir, 'docker.io/hosts.toml')
    await until(async () => !(await fs.readFile(hosts, 'utf8')).includes(mirrors[0] as string))
    if (asking !== undefined)
      console.log(
        `out of the file after its death      ${ms(Date.now() - died)}, after the first question it failed ${ms(Date.now() - (await asking))}`,
      )
    await use()
    if (dying === undefined) return
    const recovered = Date.now()
    dying.behave('healthy')
    await until(async () => (await fs.readFile(hosts, 'utf8')).includes(mirrors[0] as string))
    console.log(`back in it after its recovery        ${ms(Date.now() - recovered)}`)
  } finally {
    await watcher.stop()
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let left = 6000; left > 0; left -= 1) {
    if (await holds()) return
    await sleep(20)
  }
  throw new Error('it did not come about within two minutes')
}

/** CPU time and memory of a watcher with nothing to do, beside a node process with nothing to do. */
async function idle(folder: string): Promise<void> {
  const mirrors = await startMirrors(Array.from({ length: IDLE_MIRRORS }, () => ({ delayMs: 20 })))
  const list = path.join(folder, 'mirrors.toml')
  const urls = mirrors.origins.map(origin => JSON.stringify(origin)).join(', ')
  const registry = `[registries."r.example"]\nfallback = false\nmirrors = [${urls}]\n`
  await fs.writeFile(list, `version = 1\n${registry}`, { mode: 0o644 })
  await fs.mkdir(path.join(folder, 'node'))
  console.log(`\nidle for ${IDLE_S} s`)
  try {
    await cost(`watch, ${IDLE_MIRRORS} mirrors`, [
      ...REGMIRROR,
      'watch',
      '-f',
      list,
      '--root',
      path.join(folder, 'node'),
    ])
    await cost('node that does nothing', [process.execPath, '-e', 'setInterval(() => {}, 1e9)'])
  } finally {
    await mirrors.stop()
  }
}

async function cost(name: string, [program = '', ...args]: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore' })
  try {
    await sleep(10_000)
    const before = await cpuSeconds(child.pid)
    await sleep(IDLE_S * 1000)
    const anHour = (((await cpuSeconds(child.pid)) - before) * 3600) / IDLE_S
    const status = await fs.readFile(`/proc/${child.pid}/status`, 'utf8')
    const rss = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
    console.log(
      `${name.padEnd(32)} ${anHour.toFixed(1).padStart(7)} s CPU an hour  ${rss.toFixed(0).padStart(5)} MiB`,
    )
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

/** User and system time, in ticks of 10 ms: fields 14 and 15 (proc_pid_stat(5)). */
async function cpuSeconds(pid: number | undefined): Promise<number> {
  const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
