/**
 * What an unhealthy mirror costs a real pull: without watch, with watch, and compared with a pull from a healthy mirror.
 *
 *   unshare --net node test/bench/pulls.ts SUITE FAILURE
 *
 * In a network namespace of its own, since packets are dropped in it. Prints lines of text.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, openBench, registryTable } from '../e2e/support/bench.ts'
import { treeOf } from '../e2e/support/runtimes.ts'
import { startWatcher } from '../e2e/support/watcher.ts'
import { buildImage, type Image } from '../support/image.ts'
import { makeLossyNetwork } from './support/lossy.ts'
import { median, ms } from './support/measure.ts'

/** Pulls are stopped after this time. */
const CUT_S = Number(process.env.BENCH_CUT_S ?? 180)
const PULLS = 15
const LAYERS = 6
const LAYER_BYTES = 1024 * 1024

/** The first of two mirrors, which fails. */
interface FailingMirror {
  readonly url: string
  fail(): void
  recover(): void
  /** Number of requests, also while it fails. */
  requests(): Promise<number>
}

const [suite = '', failure = ''] = process.argv.slice(2)
await compare(await openBench(treeOf(`containerd-${suite}`)))

async function compare(bench: Bench): Promise<void> {
  try {
    const images = Array.from({ length: 2 * PULLS + 3 }, (_, nth) => imageOf(nth))
    const left = [...images]
    const healthyMirror = await bench.registry({ images })
    const failing = await openFailingMirror(bench, images)
    // Two registries with the same images, so that pulls with and without the failing mirror alternate.
    const registries =
      registryTable('docker.io', [failing.url, healthyMirror.url]) +
      registryTable('quay.io', [healthyMirror.url])
    await bench.apply(registries)
    const { cri } = await bench.start()
    const pull = async (registry: 'docker.io' | 'quay.io') => {
      const started = performance.now()
      await cri.pull(`${registry}/library/busybox:${left.shift()?.tag}`, CUT_S * 1000)
      return performance.now() - started
    }
    await pull('quay.io')
    await pull('docker.io')
    const times = { healthy: [] as number[], watched: [] as number[] }
    console.log(
      `\nwatch: containerd ${bench.version}, the first of two mirrors ${failure}, ${LAYERS} layers of 1 MiB`,
    )
    await watched(bench, registries, failing, async () => {
      for (let nth = 0; nth < PULLS; nth += 1) {
        times.healthy.push(await pull('quay.io'))
        times.watched.push(await pull('docker.io'))
      }
    })
    const healthy = median(times.healthy)
    report(`healthy mirror only, median of ${PULLS}`, healthy)
    const withWatch = median(times.watched)
    report(
      `with watch, after the mirror is removed, median of ${PULLS}`,
      withWatch,
      `${(withWatch / healthy).toFixed(2)} x healthy`,
    )
    await bench.apply(registries)
    failing.fail()
    const started = performance.now()
    const end = await pull('docker.io').then(
      () => '',
      (error: Error) => `, and it failed: ${error.message}`,
    )
    const without = performance.now() - started
    report('without watch', without, `${(without / healthy).toFixed(0)} x healthy${end}`)
  } finally {
    await bench.close()
  }
}

/** Runs watch while the mirror fails, during `use`, and until the mirror is back. Reports how long that takes. */
async function watched(
  bench: Bench,
  registries: string,
  failing: FailingMirror,
  use: () => Promise<void>,
): Promise<void> {
  const list = path.join(bench.node, '../watched.toml')
  await fs.writeFile(list, `version = 1\n${registries}[targets.containerd]\nversion = "${bench.version}"\n`)
  const hosts = path.join(bench.hostsDir, 'docker.io/hosts.toml')
  const isListed = async () => (await fs.readFile(hosts, 'utf8')).includes(failing.url)
  const watcher = await startWatcher(['-f', list, '--root', bench.node])
  try {
    await watcher.heard('list_loaded', 0)
    // Waits until the first probes are over, which come at shorter intervals.
    await sleep(5000)
    const before = await failing.requests()
    failing.fail()
    const failed = performance.now()
    await until(async () => (await failing.requests()) > before)
    const probed = performance.now()
    await until(async () => !(await isListed()))
    const removed = performance.now()
    report('removed after its failure', removed - failed)
    report('removed after the first failing probe', removed - probed)
    await use()
    failing.recover()
    const recovered = performance.now()
    await until(isListed)
    report('returned after its recovery', performance.now() - recovered)
  } finally {
    await watcher.stop()
  }
}

async function openFailingMirror(bench: Bench, images: readonly Image[]): Promise<FailingMirror> {
  const network = makeLossyNetwork()
  const registry = await bench.registry({ images, address: network.address })
  if (failure === 'loses its packets')
    return { url: registry.url, fail: network.lose, recover: network.recover, requests: network.lost }
  return {
    url: registry.url,
    fail: () => registry.behave('silent'),
    recover: () => registry.behave('healthy'),
    requests: async () => registry.requests.length,
  }
}

/** Layers that do not compress. */
function imageOf(nth: number): Image {
  const layers = Array.from({ length: LAYERS }, (_, layer) => noise(`image ${nth}, layer ${layer}`))
  return buildImage('library/busybox', `t${nth}`, layers)
}

function noise(seed: string): string {
  return createHash('shake256', { outputLength: LAYER_BYTES }).update(seed).digest().toString('latin1')
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let left = 10_000; left > 0; left -= 1) {
    if (await holds()) return
    await sleep(20)
  }
  throw new Error('timed out after some minutes')
}

function report(name: string, timeMs: number, more = ''): void {
  console.log(`${name.padEnd(48)} ${ms(timeMs)}  ${more}`.trimEnd())
}
