/** A host of hosts.toml as an endpoint of a list. Pure. */
import { commentsAt } from '../../../formats/comments.ts'
import { isTable } from '../../../formats/is-table.ts'
import type { FoundAt, FoundEndpoint } from '../../../model/read-back.ts'
import type { HostEntry } from '../../hosts-toml/read/host-entry.ts'
import type { HostKeys } from '../../hosts-toml/read/hosts-keys.ts'

export function foundEndpoint(entry: HostEntry, keys: HostKeys, at: FoundAt): FoundEndpoint {
  const { scheme, host, path, ca = [], client, skipVerify } = entry
  const [pair] = client
  const header = headerOf(keys.header)
  // Releases that do not know the key keep it for those that do.
  const dialTimeout = keys.dial_timeout
  return {
    at,
    url: host === '' ? '' : `${scheme}://${host}${path === '/' ? '' : path}`,
    ...(scheme !== 'http' && {
      ...(ca.length > 0 && { ca }),
      ...(pair !== undefined && { client: { cert: pair.cert, key: pair.key ?? pair.cert } }),
      ...(skipVerify === true && { skipVerify }),
    }),
    ...(Object.keys(header).length > 0 && { header }),
    ...(typeof dialTimeout === 'string' && dialTimeout !== '' && { dialTimeout }),
  }
}

function headerOf(written: unknown): Readonly<Record<string, string>> {
  if (!isTable(written)) return {}
  const values = Object.entries(written).map(([name, value]) => [
    name,
    Array.isArray(value) ? value[0] : value,
  ])
  return Object.fromEntries(values.filter(([, value]) => typeof value === 'string'))
}

export function commentsOf(text: string, { line }: FoundAt): readonly string[] {
  return line === undefined ? [] : commentsAt(text, line)
}
