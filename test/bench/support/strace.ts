/** Runs a command under strace, of Debian's package or of this machine. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { launcher } from '../../e2e/support/runtimes.ts'
import { type Measured, measure } from './measure.ts'

const debian = launcher('strace-trixie', 'strace')
const STRACE = existsSync(debian) ? debian : '/usr/bin/strace'

/** Prints the reason where there is no strace. */
export function hasStrace(): boolean {
  if (existsSync(STRACE)) return true
  console.log('no strace here: sh tools/debian/fetch.sh')
  return false
}

export interface Traced extends Measured {
  /** What strace wrote. */
  readonly trace: string
}

export function traceCommand(folder: string, options: readonly string[], command: readonly string[]): Traced {
  const file = path.join(folder, 'trace')
  const measured = measure([STRACE, '-f', '-o', file, ...options, ...command])
  return { ...measured, trace: readFileSync(file, 'utf8') }
}

/** Calls by name, and `total`. */
export function countCalls(folder: string, command: readonly string[]): ReadonlyMap<string, number> {
  const { trace } = traceCommand(folder, ['-c', '-U', 'name,calls'], command)
  return new Map(
    [...trace.matchAll(/^(\w+)\s+(\d+)$/gm)].map(([, name = '', calls]) => [name, Number(calls)]),
  )
}
