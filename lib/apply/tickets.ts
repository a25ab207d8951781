/** The names of tickets in the state folder. */
import { Failure } from '../model/errors.ts'
import type { Reader } from '../system/reader.ts'

/** `lock`: to write, for one run. `watch`: to watch, as long as a watcher runs. */
export type Purpose = 'lock' | 'watch'

/** The numbers of the tickets, lowest first. */
export async function listTickets(node: Reader, purpose: Purpose): Promise<readonly number[]> {
  const entries = (await node.entries(node.statePaths.directory)) ?? []
  const found = entries.flatMap(({ name, type }) => {
    const [, kind, number] = TICKET.exec(name) ?? []
    return kind === purpose ? [{ name, type, number: Number(number) }] : []
  })
  const wrong = found.find(
    ({ type, number }) => ['link', 'directory'].includes(type) || number >= Number.MAX_SAFE_INTEGER,
  )
  if (wrong !== undefined) throw foreignTicket(`${node.statePaths.directory}/${wrong.name}`)
  return found.map(({ number }) => number).sort((a, b) => a - b)
}

/** A link may lead to the socket of another program, to which regmirror must not connect. */
function foreignTicket(file: string): Failure {
  const message = 'is not a lock of regmirror'
  return new Failure('io', [{ file, message, hint: 'remove it' }])
}

/** Whether a name in the state folder belongs to a writer, or to a process that waits to write. */
export function isWriterName(name: string): boolean {
  return TICKET.exec(name)?.[1] === 'lock' || isWaiterName(name)
}

/** Whether a name in the state folder is the socket of a process that waits for a ticket. */
export function isWaiterName(name: string): boolean {
  return /^wait-[0-9a-f]{12}$/.test(name)
}

const TICKET = /^(lock|watch)-([1-9]\d*)$/

export function ticketName(purpose: Purpose, ticket: number): string {
  return `${purpose}-${ticket}`
}

export function ticketFile(
  purpose: Purpose,
  ticket: number,
  { statePaths }: Pick<Reader, 'statePaths'>,
): string {
  return `${statePaths.directory}/${ticketName(purpose, ticket)}`
}
