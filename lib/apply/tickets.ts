/** The names of tickets in the state folder. */
import { Failure } from '../model/errors.ts'
import { STATE_DIRECTORY } from '../ownership/state.ts'
import type { Reader } from '../system/files.ts'

/** To write, for one walk; or to watch, for as long as a watcher runs. */
export type Purpose = 'lock' | 'watch'

/** The numbers that are taken, lowest first. */
export async function tickets(node: Reader, purpose: Purpose): Promise<readonly number[]> {
  const entries = (await node.entries(STATE_DIRECTORY)) ?? []
  const found = entries.flatMap(({ name, type }) => {
    const [, kind, number] = TICKET.exec(name) ?? []
    return kind === purpose ? [{ name, type, number: Number(number) }] : []
  })
  const wrong = found.find(
    ({ type, number }) => ['link', 'directory'].includes(type) || number >= Number.MAX_SAFE_INTEGER,
  )
  if (wrong !== undefined) throw notOurs(wrong.name)
  return found.map(({ number }) => number).sort((a, b) => a - b)
}

/** A link, above all: it may lead to the socket of another program, to which nothing of us is to be sent. */
function notOurs(name: string): Failure {
  const message = 'is not a lock of regmirror'
  return new Failure('io', [{ file: `${STATE_DIRECTORY}/${name}`, message, hint: 'remove it' }])
}

/** Whether a name in the state folder is that of somebody who writes, or waits for that: dead, if nobody holds the lock. */
export function isWriting(name: string): boolean {
  return TICKET.exec(name)?.[1] === 'lock' || isWaiting(name)
}

/** Whether it is that of somebody who waits for a ticket. */
export function isWaiting(name: string): boolean {
  return /^wait-[0-9a-f]{12}$/.test(name)
}

const TICKET = /^(lock|watch)-([1-9]\d*)$/

export function fileOf(purpose: Purpose, ticket: number): string {
  return `${purpose}-${ticket}`
}

export function ticketFile(purpose: Purpose, ticket: number): string {
  return `${STATE_DIRECTORY}/${fileOf(purpose, ticket)}`
}
