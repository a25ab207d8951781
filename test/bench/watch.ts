/**
 * What a watcher saves and what it costs: real pulls with a failed mirror, and an idle watcher. The pulls need root and
 * the packages that the end-to-end tests fetch.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { treeOf } from '../e2e/support/runtimes.ts'
import { REGMIRROR } from './support/measure.ts'
import { startMirrors } from './support/mirrors.ts'

const IDLE_MIRRORS = 50
const IDLE_S = 60

export async function watch(folder: string): Promise<void> {
  for (const suite of ['trixie', 'sid']) {
    const needed = [treeOf(`containerd-${suite}`), treeOf('iproute2-trixie')]
    if (process.getuid?.() !== 0 || !needed.every(tree => existsSync(tree)))
      console.log(`\nwatch: no root, or no containerd of ${suite} here: sh tools/debian/fetch.sh`)
    else for (const death of ['stops responding', 'loses its packets']) await pulls(suite, death)
  }
  await idle(folder)
}

async function pulls(suite: string, death: string): Promise<void> {
  const program = path.join(import.meta.dirname, 'pulls.ts')
  const child = spawn('unshare', ['--net', process.execPath, program, suite, death], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) process.exitCode = 1
}

/** CPU time and memory of an idle watcher, beside an idle node process. */
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
    await cost('idle node process', [process.execPath, '-e', 'setInterval(() => {}, 1e9)'])
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
