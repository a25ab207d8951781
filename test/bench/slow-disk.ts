/** `apply` on a disk that takes 5 ms longer for each fsync, beside the same under strace without a delay. */
import path from 'node:path'
import { makeNode, writeList } from './support/nodes.ts'
import { type Program, programs } from './support/programs.ts'
import { type Report, spanText } from './support/row.ts'
import { SLOW_DISK_SIZE } from './support/settings.ts'
import { hasStrace, traceCommand } from './support/strace.ts'

const CALLS = 'fsync,fdatasync,sync_file_range,syncfs'

export async function slowDisk(folder: string, report: Report): Promise<void> {
  if (!hasStrace()) return
  for (const program of programs) {
    const plain = await applyWith(0, program, folder)
    const slow = await applyWith(5000, program, folder)
    report({
      measure: `\`apply\`, ${SLOW_DISK_SIZE} registries, 5 ms more for each fsync`,
      values: {
        [program.column]: `${spanText(slow.wallMs)}, without ${spanText(plain.wallMs)}; ${slow.calls} fsync`,
      },
    })
  }
}

async function applyWith(delayUs: number, { command }: Program, folder: string) {
  const root = path.join(folder, 'node')
  await makeNode(root)
  const list = await writeList(folder, SLOW_DISK_SIZE)
  // With a filter in the kernel, only these calls are traced and slowed down.
  const options = ['--seccomp-bpf', '-e', `trace=${CALLS}`, '-e', `inject=${CALLS}:delay_enter=${delayUs}`]
  const { trace, wallMs } = traceCommand(folder, options, [...command, 'apply', '-f', list, '--root', root])
  return { wallMs, calls: trace.match(/\bf(data)?sync\(/g)?.length ?? 0 }
}
