/**
 * What regmirror costs and what it reaches, beside what people would use instead, in the same run. Figures of one
 * machine at one moment; only the ratios travel. Names on the command line choose a part: `npm run bench -- probe`.
 * `--save` writes the figures to RESULTS.md, `--save=before` to its column of the past.
 */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { crowd } from './crowd.ts'
import { fleet } from './fleet.ts'
import { idle } from './idle.ts'
import { largeConfig } from './large-config.ts'
import { peers } from './peers.ts'
import { probe } from './probe.ts'
import { rank } from './rank.ts'
import { sizes } from './sizes.ts'
import { slowDisk } from './slow-disk.ts'
import { startUp } from './start-up.ts'
import { describeMachine } from './support/machine.ts'
import { mergeResults } from './support/results.ts'
import { printRow, type Report, type Row } from './support/row.ts'
import { systemCalls } from './system-calls.ts'
import { watch } from './watch.ts'

const RESULTS = path.join(import.meta.dirname, 'RESULTS.md')

const benches: Readonly<Record<string, (folder: string, report: Report) => Promise<void>>> = {
  'start-up': startUp,
  sizes,
  'system-calls': systemCalls,
  'slow-disk': slowDisk,
  'large-config': largeConfig,
  peers,
  probe,
  rank,
  watch,
  idle,
  crowd,
  fleet,
}

const groups: Readonly<Record<string, readonly string[]>> = {
  scale: ['sizes', 'system-calls', 'slow-disk', 'large-config', 'peers'],
  watch: ['watch', 'idle'],
}

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).map(arg => (arg === '--save' ? '--save=now' : arg)),
  options: { save: { type: 'string' } },
  allowPositionals: true,
})
const wanted =
  positionals.length > 0 ? positionals.flatMap(name => groups[name] ?? [name]) : Object.keys(benches)
const unknown = wanted.filter(name => benches[name] === undefined)
if (unknown.length > 0)
  throw new Error(`unknown: ${unknown}; use ${Object.keys({ ...groups, ...benches }).join(', ')}`)

if (process.env.REGMIRROR_BUILT === undefined) await import('../../tools/build.ts')
const machine = await describeMachine()
console.log(machine)
for (const name of wanted) await run(name)

async function run(name: string): Promise<void> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-bench-'))
  const rows: Row[] = []
  const report: Report = row => {
    printRow(row)
    rows.push(row)
  }
  console.log(`\n${name}`)
  try {
    await benches[name]?.(folder, report)
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
  if (values.save !== undefined) await save(rows, values.save)
}

async function save(rows: readonly Row[], as: string): Promise<void> {
  const before = await fs.readFile(RESULTS, 'utf8')
  await fs.writeFile(RESULTS, mergeResults(before, rows, machine, as))
}
