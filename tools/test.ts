/**
 * Runs every test in two mocha processes at the same time: end-to-end tests keep the processors busy, the others mostly
 * wait. Both get the arguments. The end-to-end run is printed as it goes, then the other one, then the sum of both.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import mocharc from '../.mocharc.json' with { type: 'json' }

const END_TO_END = [
  ...['--no-config', '--spec', 'test/e2e/**/*.spec.ts', '--forbid-only'],
  ...['--reporter', mocharc.reporter, '--timeout', String(mocharc.timeout)],
]
/** The last line of the reporter of this project. */
const SUM = /^(\d+) passed, (\d+) failed, (\d+) skipped$/

interface Ended {
  readonly code: number | null
  /** Passed, failed, skipped; empty where the run was cut short. */
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
const ends = await Promise.all([follow(units, line => held.push(line)), follow(endToEnd, printLine)])
for (const line of held) printLine(line)
const [passed, failed, skipped] = [0, 1, 2].map(nth =>
  ends.reduce((all, { sum }) => all + (sum[nth] ?? 0), 0),
)
const broken = ends.filter(({ sum }) => sum.length === 0).length
if (broken > 0) printLine(`${broken} of ${ends.length} runs were cut short`)
printLine(`${passed} passed, ${failed} failed, ${skipped} skipped`)
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

function printLine(line: string): void {
  process.stdout.write(`${line}\n`)
}
