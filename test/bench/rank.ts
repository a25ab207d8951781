/** Whether `--rank` finds the right order of mirrors, whatever the order in the list. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { measure } from './support/measure.ts'
import { CANARY, type Manner, startMirrors } from './support/mirrors.ts'
import { REGMIRROR } from './support/programs.ts'

const RUNS = 20
const SLOW = 100 * 1024

interface Course {
  readonly by: 'latency' | 'throughput'
  /** In the right order. */
  readonly manners: readonly Manner[]
}

const healthy: readonly Manner[] = [15, 40, 70, 110, 170, 250].map(delayMs => ({ delayMs }))
const trap = (manner: Manner): Course => ({ by: 'latency', manners: [...healthy, { delayMs: 2, ...manner }] })
const courses: Readonly<Record<string, Course>> = {
  'by latency': { by: 'latency', manners: healthy },
  'the fastest responds with 403 to manifests': trap({ manifests: 403 }),
  'the fastest responds with 404 to manifests': trap({ manifests: 404 }),
  'the fastest responds with 429 to manifests': trap({ manifests: 429 }),
  'the fastest serves layers slowly': trap({ bytesPerSecond: SLOW }),
  'by throughput, the fastest to respond is the slowest': {
    by: 'throughput',
    manners: [8, 4, 2, 1, 0.5].map((megabytes, nth) => ({
      delayMs: 200 - 40 * nth,
      bytesPerSecond: megabytes * 1024 * 1024,
    })),
  },
}

export async function rank(folder: string): Promise<void> {
  console.log(`\nrank: how often the right order is found, with another order in the list each time`)
  for (const [name, course] of Object.entries(courses)) {
    const mirrors = await startMirrors(course.manners)
    try {
      let right = 0
      for (let run = 0; run < RUNS; run += 1) {
        const found = await planRanked(shuffled(mirrors.origins, run), course, folder)
        if (found.join() === mirrors.origins.join()) right += 1
        else console.log(found.map(o => mirrors.origins.indexOf(o)).join())
      }
      console.log(`${name.padEnd(50)} ${right} of ${RUNS}`)
      if (right < RUNS) process.exitCode = 1
    } finally {
      await mirrors.stop()
    }
  }
}

/** The mirrors in the order of the plan. */
async function planRanked(
  origins: readonly string[],
  { by }: Course,
  folder: string,
): Promise<readonly string[]> {
  const list = path.join(folder, 'mirrors.toml')
  const mirrors = origins.map(origin => JSON.stringify(origin)).join(', ')
  const registry = `[registries."r.example"]\nfallback = false\ncanary = "${CANARY}"\nmirrors = [${mirrors}]`
  await fs.writeFile(list, `version = 1\n${registry}\n`, { mode: 0o644 })
  const root = path.join(folder, 'node')
  await fs.mkdir(root, { recursive: true })
  const { stdout } = measure([
    ...REGMIRROR,
    'plan',
    `--rank=${by}`,
    '--format',
    'json',
    '--root',
    root,
    '-f',
    list,
  ])
  const { changes } = JSON.parse(stdout) as { changes: { path: string; diff: string }[] }
  const diff = changes.find(change => change.path.endsWith('/r.example/hosts.toml'))?.diff ?? ''
  return [...diff.matchAll(/(?:^\+server = |^\+\[host\.)"(http:[^"]+?)(?:\/v2)?"/gm)]
    .map(([, origin]) => origin as string)
    .toSorted((a, b) => Number(isServer(diff, a)) - Number(isServer(diff, b)))
}

/** Without fallback the last mirror is at the root of hosts.toml, which comes first in the file. */
function isServer(diff: string, origin: string): boolean {
  return diff.includes(`+server = "${origin}`)
}

/** A fixed order for each run. */
function shuffled<T>(all: readonly T[], run: number): readonly T[] {
  const rest = [...all]
  const taken: T[] = []
  for (let state = run + 1; rest.length > 0; ) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 1
    taken.push(...rest.splice(state % rest.length, 1))
  }
  return taken
}
