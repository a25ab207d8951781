/** What watchers cost that have nothing to do: memory with few mirrors, CPU time with many. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startMirrors } from './support/mirrors.ts'
import { makeNode, writeMirrors } from './support/nodes.ts'
import { type Program, programs } from './support/programs.ts'
import type { Report } from './support/row.ts'
import { IDLE_S } from './support/settings.ts'

const [FEW, MANY] = [6, 50]
/** The start is not part of the CPU time of an idle watcher. */
const SETTLED_S = Math.min(10, IDLE_S)

interface Load {
  readonly cpuSecondsAnHour: number
  readonly rssMb: number
}

export async function idle(folder: string, report: Report): Promise<void> {
  const mirrors = await startMirrors(Array.from({ length: MANY }, () => ({ delayMs: 20 })))
  try {
    for (const program of programs) {
      const load = async (count: number) => {
        const home = await fs.mkdtemp(path.join(folder, `${count}-`))
        return await loadOf(await watchCommand(home, program, mirrors.origins.slice(0, count)))
      }
      const [few, many] = await Promise.all([load(FEW), load(MANY)])
      reportLoads(few, many, program, report)
    }
  } finally {
    await mirrors.stop()
  }
}

function reportLoads(few: Load, many: Load, { column }: Program, report: Report): void {
  report({
    measure: `\`watch\`, ${FEW} mirrors, memory`,
    goal: '75 MB; single file 60 MB',
    values: { [column]: `${few.rssMb.toFixed(0)} MB after ${IDLE_S} s` },
  })
  report({
    measure: `\`watch\`, ${MANY} mirrors, CPU an hour`,
    goal: '20 s',
    values: { [column]: `${many.cpuSecondsAnHour.toFixed(1)} s, scaled from ${IDLE_S} s` },
  })
}

async function watchCommand(
  home: string,
  { command }: Program,
  origins: readonly string[],
): Promise<readonly string[]> {
  const [list, root] = [path.join(home, 'mirrors.toml'), path.join(home, 'node')]
  await writeMirrors(list, origins)
  await makeNode(root)
  return [...command, 'watch', '-f', list, '--root', root]
}

async function loadOf([program = '', ...args]: readonly string[]): Promise<Load> {
  const child = spawn(program, args, { stdio: 'ignore' })
  try {
    await sleep(SETTLED_S * 1000)
    const before = await cpuSeconds(child.pid)
    await sleep(IDLE_S * 1000)
    const cpuSecondsAnHour = (((await cpuSeconds(child.pid)) - before) * 3600) / IDLE_S
    const status = await fs.readFile(`/proc/${child.pid}/status`, 'utf8')
    return { cpuSecondsAnHour, rssMb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024 }
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
