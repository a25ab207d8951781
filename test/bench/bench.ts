/**
 * What regmirror costs and what it reaches, beside what people would use instead, in the same run. Figures of one
 * machine at one moment; only the ratios travel. Names on the command line choose a part: `npm run bench -- probe`.
 */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { crowd } from './crowd.ts'
import { probe } from './probe.ts'
import { rank } from './rank.ts'
import { startUp } from './start-up.ts'
import { watch } from './watch.ts'

const benches: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  'start-up': startUp,
  probe,
  rank,
  watch,
  crowd,
}

await import('../../tools/build.ts')
const wanted = process.argv.slice(2)
for (const name of wanted.length > 0 ? wanted : Object.keys(benches)) {
  const bench = benches[name]
  if (bench === undefined) throw new Error(`${name} is none of ${Object.keys(benches).join(', ')}`)
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-bench-'))
  try {
    await bench(folder)
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}
