/** System calls of `apply` for each registry, and files that an unchanged apply opens for writing. */
import path from 'node:path'
import { makeNode, writeList } from './support/nodes.ts'
import { type Program, programs } from './support/programs.ts'
import type { Report } from './support/row.ts'
import { TRACED_SIZES } from './support/settings.ts'
import { countCalls, hasStrace, traceCommand } from './support/strace.ts'

const SHOWN = ['total', 'statx', 'futex', 'fsync', 'openat']
const OPENS = ['-e', 'trace=open,openat,openat2,creat']
const FOR_WRITING = /\b(creat\(|O_WRONLY|O_RDWR|O_CREAT)/

export async function systemCalls(folder: string, report: Report): Promise<void> {
  if (!hasStrace()) return
  for (const program of programs) {
    const [small, large] = TRACED_SIZES as [number, number]
    const [few, many] = [await callsFor(small, program, folder), await callsFor(large, program, folder)]
    const each = (name: string) => ((many.get(name) ?? 0) - (few.get(name) ?? 0)) / (large - small)
    const text = SHOWN.map(name => `${each(name).toFixed(1)} ${name}`).join(', ')
    report({ measure: 'system calls per registry of `apply`', values: { [program.column]: text } })
    const opened = await openedUnchanged(small, program, folder)
    const measure = 'files opened for writing by an unchanged `apply`'
    report({ measure, goal: '0', values: { [program.column]: String(opened) } })
  }
}

async function callsFor(size: number, { command }: Program, folder: string) {
  const root = path.join(folder, 'node')
  await makeNode(root)
  const list = await writeList(folder, size)
  return countCalls(folder, [...command, 'apply', '-f', list, '--root', root])
}

async function openedUnchanged(size: number, { command }: Program, folder: string): Promise<number> {
  const root = path.join(folder, 'node')
  await makeNode(root)
  const apply = [...command, 'apply', '-f', await writeList(folder, size), '--root', root]
  traceCommand(folder, OPENS, apply)
  const { trace } = traceCommand(folder, OPENS, apply)
  return trace.split('\n').filter(line => FOR_WRITING.test(line) && !line.includes('"/dev/')).length
}
