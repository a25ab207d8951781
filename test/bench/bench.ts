/**
 * What a command costs, as a multiple of `node -e 0` measured in the same run, rounds interleaved: wall time of
 * the whole process, medians. Figures of one machine at one moment; only the ratios travel.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15)
const project = path.resolve(import.meta.dirname, '../..')
const regmirror = path.join(project, 'bin/regmirror.js')

await import('../../tools/build.ts')
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'regmirror-bench-'))
try {
  await bench()
} finally {
  await fs.rm(folder, { recursive: true, force: true })
}

async function bench(): Promise<void> {
  const small = await listOf('small.toml', 3, 2)
  const large = await listOf('large.toml', 40, 5)
  const on = (list: string, node: string) => ['-f', list, '--root', node]
  const [bare, done] = [await nodeAt('bare'), await nodeAt('done')]
  run([regmirror, 'apply', ...on(small, done)])
  const commands: [name: string, args: string[]][] = [
    ['node -e 0', ['-e', '0']],
    ['--help', [regmirror, '--help']],
    ['validate, 6 mirrors', [regmirror, 'validate', '-f', small]],
    ['plan, 6 mirrors, nothing to do', [regmirror, 'plan', ...on(small, done)]],
    ['plan, 6 mirrors, all to do', [regmirror, 'plan', ...on(small, bare)]],
    ['plan, 200 mirrors, all to do', [regmirror, 'plan', ...on(large, bare)]],
  ]
  const samples = new Map(commands.map(([name]) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, args] of commands) samples.get(name)?.push(run(args))
  }
  print(samples)
}

/** A list of so many registries with so many mirrors each. */
async function listOf(name: string, registries: number, mirrors: number): Promise<string> {
  const urls = (r: number) =>
    Array.from({ length: mirrors }, (_, m) => `"https://m${m}.r${r}.example"`).join(', ')
  const tables = Array.from(
    { length: registries },
    (_, r) => `[registries."r${r}.example"]\nmirrors = [${urls(r)}]\n`,
  )
  const file = path.join(folder, name)
  await fs.writeFile(file, `version = 1\n\n${tables.join('\n')}\n[targets.containerd]\nversion = "2.1"\n`, {
    mode: 0o644,
  })
  return file
}

async function nodeAt(name: string): Promise<string> {
  const node = path.join(folder, name)
  await fs.mkdir(path.join(node, 'etc/containerd'), { recursive: true })
  const config = path.join(project, 'fixtures/containerd-default/2.1.9.toml')
  await fs.copyFile(config, path.join(node, 'etc/containerd/config.toml'))
  return node
}

/** Milliseconds from start to end. */
function run(args: readonly string[]): number {
  const started = performance.now()
  // On an old Node this variable makes every start read a bundle of certificates: it would drown what is measured.
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: '' }
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env })
  const wallMs = performance.now() - started
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return wallMs
}

function print(samples: ReadonlyMap<string, readonly number[]>): void {
  const median = (values: readonly number[]) =>
    [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  const wall = (name: string) => median(samples.get(name) ?? [])
  const base = wall('node -e 0')
  console.log(`start-up, median of ${ROUNDS} interleaved rounds`)
  for (const name of samples.keys()) {
    const ms = wall(name)
    console.log(
      `${name.padEnd(32)} ${ms.toFixed(0).padStart(5)} ms  ${(ms / base).toFixed(2).padStart(6)} x node -e 0`,
    )
  }
}
