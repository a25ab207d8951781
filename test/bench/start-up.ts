/** What a command costs, as a multiple of `node -e 0`, rounds interleaved: wall time of the process, medians. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { measure, median, ms, PROJECT, REGMIRROR, ROUNDS } from './support/measure.ts'

export async function startUp(folder: string): Promise<void> {
  const small = await listOf(path.join(folder, 'small.toml'), 3, 2)
  const large = await listOf(path.join(folder, 'large.toml'), 40, 5)
  const on = (list: string, node: string) => ['-f', list, '--root', node]
  const [bare, done] = [await nodeAt(path.join(folder, 'bare')), await nodeAt(path.join(folder, 'done'))]
  measure([...REGMIRROR, 'apply', ...on(small, done)])
  const base = 'node -e 0'
  const commands: Record<string, readonly string[]> = {
    [base]: [process.execPath, '-e', '0'],
    '--help': [...REGMIRROR, '--help'],
    'validate, 6 mirrors': [...REGMIRROR, 'validate', '-f', small],
    'plan, 6 mirrors, nothing to do': [...REGMIRROR, 'plan', ...on(small, done)],
    'plan, 6 mirrors, all to do': [...REGMIRROR, 'plan', ...on(small, bare)],
    'plan, 200 mirrors, all to do': [...REGMIRROR, 'plan', ...on(large, bare)],
  }
  const walls = Object.fromEntries(Object.keys(commands).map(name => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, command] of Object.entries(commands)) walls[name]?.push(measure(command).wallMs)
  console.log(`start-up, median of ${ROUNDS} interleaved rounds`)
  for (const [name, wall] of Object.entries(walls)) {
    const ratio = median(wall) / median(walls[base] ?? [])
    console.log(`${name.padEnd(32)} ${ms(median(wall))}  ${ratio.toFixed(2).padStart(6)} x ${base}`)
  }
}

/** A list of so many registries with so many mirrors each. */
async function listOf(file: string, registries: number, mirrors: number): Promise<string> {
  const urls = (r: number) =>
    Array.from({ length: mirrors }, (_, m) => `"https://m${m}.r${r}.example"`).join(', ')
  const tables = Array.from(
    { length: registries },
    (_, r) => `[registries."r${r}.example"]\nmirrors = [${urls(r)}]\n`,
  )
  const text = `version = 1\n\n${tables.join('\n')}\n[targets.containerd]\nversion = "2.1"\n`
  await fs.writeFile(file, text, { mode: 0o644 })
  return file
}

async function nodeAt(node: string): Promise<string> {
  await fs.mkdir(path.join(node, 'etc/containerd'), { recursive: true })
  const config = path.join(PROJECT, 'fixtures/containerd-default/2.1.9.toml')
  await fs.copyFile(config, path.join(node, 'etc/containerd/config.toml'))
  return node
}
