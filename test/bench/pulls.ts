/**
 * What a dead mirror costs a real pull: without a watcher, with one, and beside a pull that has a healthy mirror only.
 *
 *   unshare --net node test/bench/pulls.ts SUITE DEATH
 *
 * In a network namespace of its own, for packets are lost in it. Prints lines of text.
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

/** After so long nobody waits for a pull any more. */
const CUT_S = Number(process.env.BENCH_CUT_S ?? 180)
const PULLS = 15
const LAYERS = 6
const LAYER_BYTES = 1024 * 1024

/** How the first of two mirrors dies, and what shows that it was asked meanwhile. */
interface Mortal {
  readonly url: string
  die(): void
  recover(): void
  /** Grows when it is asked while it is dead. */
  asked(): Promise<number>
}

const [suite = '', death = ''] = process.argv.slice(2)
await compare(await openBench(treeOf(`containerd-${suite}`)))

async function compare(bench: Bench): Promise<void> {
  try {
    const images = Array.from({ length: 2 * PULLS + 3 }, (_, nth) => imageOf(nth))
    const left = [...images]
    const well = await bench.registry({ images })
    const mortal = await mortalOf(bench, images)
    // Two registries of the same images, so that one pull after the other is with the mirror that dies and without.
    const registries =
      registryTable('docker.io', [mortal.url, well.url]) + registryTable('quay.io', [well.url])
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
      `\nwatch: containerd ${bench.version}, the first of two mirrors ${death}, ${LAYERS} layers of 1 MiB`,
    )
    await watched(bench, registries, mortal, async () => {
      for (let nth = 0; nth < PULLS; nth += 1) {
        times.healthy.push(await pull('quay.io'))
        times.watched.push(await pull('docker.io'))
      }
    })
    const healthy = median(times.healthy)
    tell(`healthy mirror only, median of ${PULLS}`, healthy)
    const withWatch = median(times.watched)
    tell(
      `with watch, after it noticed, median of ${PULLS}`,
      withWatch,
      `${(withWatch / healthy).toFixed(2)} x healthy`,
    )
    await bench.apply(registries)
    mortal.die()
    const started = performance.now()
    const end = await pull('docker.io').then(
      () => '',
      (error: Error) => `, and it did not come about: ${error.message}`,
    )
    const without = performance.now() - started
    tell('without watch', without, `${(without / healthy).toFixed(0)} x healthy${end}`)
  } finally {
    await bench.close()
  }
}

/** Watches the node while the mirror dies, for as long as `use` runs, and until it is back. Tells how long that took. */
async function watched(
  bench: Bench,
  registries: string,
  mortal: Mortal,
  use: () => Promise<void>,
): Promise<void> {
  const list = path.join(bench.node, '../watched.toml')
  await fs.writeFile(list, `version = 1\n${registries}[targets.containerd]\nversion = "${bench.version}"\n`)
  const hosts = path.join(bench.hostsDir, 'docker.io/hosts.toml')
  const isListed = async () => (await fs.readFile(hosts, 'utf8')).includes(mortal.url)
  const watcher = await startWatcher(['-f', list, '--root', bench.node])
  try {
    await watcher.heard('list_loaded', 0)
    // Past the first questions, which come sooner than the others.
    await sleep(5000)
    const before = await mortal.asked()
    mortal.die()
    const died = performance.now()
    await until(async () => (await mortal.asked()) > before)
    const asked = performance.now()
    await until(async () => !(await isListed()))
    const out = performance.now()
    tell('out of the file after its death', out - died)
    tell('and after the first question it failed', out - asked)
    await use()
    mortal.recover()
    const recovered = performance.now()
    await until(isListed)
    tell('back in it after its recovery', performance.now() - recovered)
  } finally {
    await watcher.stop()
  }
}

async function mortalOf(bench: Bench, images: readonly Image[]): Promise<Mortal> {
  const network = makeLossyNetwork()
  const registry = await bench.registry({ images, address: network.address })
  if (death === 'loses its packets')
    return { url: registry.url, die: network.lose, recover: network.recover, asked: network.lost }
  return {
    url: registry.url,
    die: () => registry.behave('silent'),
    recover: () => registry.behave('healthy'),
    asked: async () => registry.requests.length,
  }
}

/** Layers that do not compress to nothing. */
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
  throw new Error('it did not come about within minutes')
}

function tell(name: string, timeMs: number, more = ''): void {
  console.log(`${name.padEnd(48)} ${ms(timeMs)}  ${more}`.trimEnd())
}
