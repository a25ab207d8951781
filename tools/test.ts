/**
 * Every test, in two runs at the same time: those with Debian's programs keep the processors busy, the others mostly
 * wait. Arguments are mocha's, for both. The end-to-end run is seen as it goes; the other comes after it, and last the
 * sum of both.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import mocharc from '../.mocharc.json' with { type: 'json' }

const END_TO_END = [
  ...['--no-config', '--spec', 'test/e2e/**/*.spec.ts', '--forbid-only'],
  ...['--reporter', mocharc.reporter, '--timeout', String(mocharc.timeout)],
]
/** The line by which our reporter ends. */
const SUM = /^(\d+) passed, (\d+) failed, (\d+) skipped$/

interface Ended {
  readonly code: number | null
  /** Passed, failed, skipped; empty: it did not come to its end. */
  readonly sum: readonly number[]
}

const args = [...(process.stdout.isTTY ? ['--color'] : []), ...process.argv.slice(2)]
const units = start(args)
const endToEnd = start([...END_TO_END, ...args])
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    for (const child of [units, endToEnd]) child.kill(signal)
  })
const held: string[] = []
const ends = await Promise.all([follow(units, line => held.push(line)), follow(endToEnd, tell)])
for (const line of held) tell(line)
const [passed, failed, skipped] = [0, 1, 2].map(nth =>
  ends.reduce((all, { sum }) => all + (sum[nth] ?? 0), 0),
)
const broken = ends.filter(({ sum }) => sum.length === 0).length
if (broken > 0) tell(`${broken} of ${ends.length} runs did not come to an end`)
tell(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = ends.every(({ code }) => code === 0) && broken === 0 ? 0 : 1

function start(options: readonly string[]): ChildProcess {
  return spawn('mocha', options, { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function follow(child: ChildProcess, each: (line: string) => void): Promise<Ended> {
  const closed = once(child, 'close')
  let sum: readonly number[] = []
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const found = SUM.exec(line)
    if (found === null) each(line)
    else sum = found.slice(1).map(Number)
  }
  const [code] = await closed
  return { code, sum }
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}
