/** What a running dockerd says of itself. */
import { isTable, type Table } from '../../formats/is-table.ts'
import { getUnix } from '../../system/unix-http.ts'
import { type DaemonInfo, infoOf } from './info-values.ts'

/** A problem where the daemon at this socket does not respond. */
export async function readInfo(address: string): Promise<DaemonInfo | { readonly problem: string }> {
  const { status, body, problem } = await getUnix(address, '/info')
  const value = status === 200 ? parsed(body) : undefined
  if (value !== undefined) return infoOf(value)
  return { problem: problem || `GET /info responds with status ${status}` }
}

function parsed(text: string): Table | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isTable(value) ? value : undefined
  } catch {
    return undefined
  }
}
