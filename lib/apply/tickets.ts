/** The names of tickets in the state folder. */
import { Failure } from '../errors.ts'
import { STATE_DIRECTORY } from '../state.ts'
import type { Reader } from '../system/files.ts'

/** To write, for one walk; or to watch, for as long as a watcher runs. */
export type Purpose = 'lock' | 'watch'

/** The numbers that are taken, lowest first. */
export async function tickets(node: Reader, purpose: Purpose): Promise<readonly number[]> {
  const entries = (await node.entries(STATE_DIRECTORY)) ?? []
  const numbers = entries.flatMap(({ name }) => {
    const [, found, number] = TICKET.exec(name) ?? []
    return found === purpose && number !== undefined ? [number] : []
  })
  const sorted = numbers.map(Number).sort((a, b) => a - b)
  if ((sorted.at(-1) ?? 0) < Number.MAX_SAFE_INTEGER) return sorted
  const file = `${STATE_DIRECTORY}/${purpose}-${numbers.at(-1)}`
  throw new Failure('io', [{ file, message: 'is no lock of ours', hint: 'remove it' }])
}

/** Whether a name in the state folder is that of somebody who writes, or waits for that: dead, if nobody holds the lock. */
export function isWriting(name: string): boolean {
  return TICKET.exec(name)?.[1] === 'lock' || isWaiting(name)
}

/** Whether it is that of somebody who waits for a ticket. */
export function isWaiting(name: string): boolean {
  return /^wait-[0-9a-f]{12}$/.test(name)
}

const TICKET = /^(lock|watch)-(\d+)$/

export function fileOf(purpose: Purpose, ticket: number): string {
  return `${purpose}-${ticket}`
}

export function ticketFile(purpose: Purpose, ticket: number): string {
  return `${STATE_DIRECTORY}/${fileOf(purpose, ticket)}`
}
