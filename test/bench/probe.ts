/** A probe of 200 mirrors, ten of which never respond: no longer than the slowest of them, and compared with curl. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { measure, median, ms } from './support/measure.ts'
import { type Manner, startMirrors } from './support/mirrors.ts'
import { REGMIRROR } from './support/programs.ts'

const MIRRORS = 200
const SILENT = 10
const [FASTEST_MS, SLOWEST_MS] = [20, 500]
const TIMEOUT_S = 3
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)

export async function probe(folder: string): Promise<void> {
  const mirrors = await startMirrors(Array.from({ length: MIRRORS }, (_, nth) => mannerOf(nth)))
  try {
    await compare(mirrors.origins, folder)
  } finally {
    await mirrors.stop()
  }
}

/** Spread over the list, so that the order favours no program. */
function mannerOf(nth: number): Manner {
  if (nth % (MIRRORS / SILENT) === 0) return {}
  return { delayMs: FASTEST_MS + ((nth * 37) % MIRRORS) * ((SLOWEST_MS - FASTEST_MS) / (MIRRORS - 1)) }
}

async function compare(origins: readonly string[], folder: string): Promise<void> {
  const list = path.join(folder, 'mirrors.toml')
  const urls = origins.map(origin => JSON.stringify(origin)).join(', ')
  // The server is one of the mirrors: loopback has no other.
  const registry = `[registries."r.example"]\nserver = ${JSON.stringify(origins[1])}\nmirrors = [${urls}]`
  await fs.writeFile(list, `version = 1\n[health]\ntimeout = "${TIMEOUT_S}s"\n${registry}\n`, { mode: 0o644 })
  const config = path.join(folder, 'curl.conf')
  const requests = origins.map(origin => `url = "${origin}/v2/"\noutput = "/dev/null"`).join('\n')
  await fs.writeFile(config, requests)
  const regmirror = [...REGMIRROR, 'probe', '--format', 'json', '-f', list]
  const curl = ['curl', '-s', '--max-time', String(TIMEOUT_S), '-K', config]
  const parallel = ['--parallel', '--parallel-immediate', '--parallel-max', '300']
  const commands: Record<string, readonly string[]> = {
    'start-up (validate)': [...REGMIRROR, 'validate', '-f', list],
    'regmirror probe': regmirror,
    'regmirror probe --samples 1': [...regmirror, '--samples', '1'],
    'curl --parallel': [...curl, ...parallel],
  }
  const costs = Object.fromEntries(
    Object.keys(commands).map(name => [name, [] as ReturnType<typeof measure>[]]),
  )
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, command] of Object.entries(commands)) costs[name]?.push(measure(command, [0, 28]))
  const wall = (name: string) => median(costs[name]?.map(cost => cost.wallMs) ?? [])
  const bound = wall('start-up (validate)') + TIMEOUT_S * 1000
  console.log(
    `\nprobe of ${MIRRORS} mirrors, ${SILENT} of which never respond, timeout ${TIMEOUT_S} s, median of ${ROUNDS} interleaved rounds`,
  )
  for (const name of Object.keys(commands))
    report(name, wall(name), median(costs[name]?.map(cost => cost.cpuMs) ?? []), bound)
  const one = measure(curl, [0, 28])
  report('curl, one after another (once)', one.wallMs, one.cpuMs, bound)
  checkLatencies(costs['regmirror probe']?.map(cost => cost.stdout) ?? [], origins)
}

function report(name: string, wallMs: number, cpuMs: number, boundMs: number): void {
  const ratio = (wallMs / boundMs).toFixed(2).padStart(6)
  console.log(
    `${name.padEnd(32)} ${ms(wallMs)}  ${ratio} x (start-up + slowest bound)  ${ms(cpuMs / MIRRORS)} CPU a mirror`,
  )
}

/** Compares the latencies with the delays of the mirrors. Throws if a verdict is wrong. */
function checkLatencies(outputs: readonly string[], origins: readonly string[]): void {
  const excess = outputs.flatMap(stdout => {
    const { probes } = JSON.parse(stdout) as {
      probes: { url: string; status: string; role: string; latency_ms?: { median: number } }[]
    }
    return origins.flatMap((origin, nth) => {
      const { delayMs } = mannerOf(nth)
      const found = probes.find(({ url, role }) => role === 'mirror' && url.startsWith(`${origin}/`))
      if (found?.status !== (delayMs === undefined ? 'unhealthy' : 'healthy'))
        throw new Error(`${origin} is reported as ${found?.status}`)
      return delayMs === undefined || found.latency_ms === undefined
        ? []
        : [found.latency_ms.median - delayMs]
    })
  })
  const worst = excess.toSorted((a, b) => b - a)[Math.floor(excess.length / 100)] ?? 0
  console.log(
    `latency beyond the delay of each mirror: median ${ms(median(excess))}, one in a hundred ${ms(worst)} or more`,
  )
}
