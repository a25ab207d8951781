/**
 * Builds everything that is published into release/. A folder as argument takes its place. `--fast` compresses less and
 * quicker, for tests.
 */
import fs from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from '../bundle/bundle.ts'
import { writeChecksums } from './checksums.ts'
import { buildCollection } from './collection.ts'
import { buildDebs } from './deb.ts'
import { buildExecutables } from './executables.ts'
import { packNpm } from './npm.ts'
import type { Order } from './order.ts'
import { writeSbom } from './sbom.ts'
import { releaseTime } from './sources.ts'

const root = path.resolve(import.meta.dirname, '../..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { fast: { type: 'boolean', default: false } },
})
process.umask(0o022)
await release(path.resolve(positionals[0] ?? path.join(root, 'release')), values.fast)

async function release(out: string, fast: boolean): Promise<void> {
  const { version } = JSON.parse(await fs.readFile(path.join(root, 'package.json'), 'utf8'))
  const order = { version, out, work: `${out}.work`, fast, epoch: releaseTime() }
  process.env.SOURCE_DATE_EPOCH = String(order.epoch)
  for (const folder of [out, order.work]) await emptyFolder(folder)
  const files = (await buildAll(order)).toSorted()
  await writeChecksums(out, files)
  await fs.rm(order.work, { recursive: true })
  for (const name of [...files, 'SHA256SUMS']) console.log(await lineOf(path.join(out, name)))
}

async function buildAll(order: Order): Promise<readonly string[]> {
  const metafile = await bundle(path.join(order.work, 'dist'))
  // In a test run, other tests start the command of this folder.
  if (process.env.REGMIRROR_BUILT === undefined) await bundle(path.join(root, 'dist'))
  const programs = path.join(order.work, 'programs')
  const executables = await buildExecutables(order, programs)
  const debs = await buildDebs({ ...order, programs, compression: order.fast ? 'gzip' : 'xz' })
  return [
    ...executables,
    ...debs.map(file => path.basename(file)),
    packNpm(order),
    await buildCollection(order),
    await writeSbom(order, Object.keys(metafile.inputs)),
  ]
}

/** Removes only what an earlier release has left. */
async function emptyFolder(folder: string): Promise<void> {
  const isRelease = (names: readonly string[]) => names.length === 0 || names.includes('SHA256SUMS')
  const names = await fs.readdir(folder).catch(() => [])
  if (folder.endsWith('.work') || isRelease(names)) await fs.rm(folder, { recursive: true, force: true })
  else throw new Error(`${folder} holds something else than a release; name another folder`)
  await fs.mkdir(folder, { recursive: true })
}

async function lineOf(file: string): Promise<string> {
  const { size } = await fs.stat(file)
  const [unit, digits] = size < 1e6 ? (['kB', 1e3] as const) : (['MB', 1e6] as const)
  return `${String(Math.ceil(size / digits)).padStart(4)} ${unit}  ${path.relative(process.cwd(), file)}`
}
