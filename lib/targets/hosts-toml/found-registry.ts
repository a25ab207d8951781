/** The hosts of a hosts.toml as a registry of a list. Pure. */
import type { FoundEndpoint, FoundRegistry } from '../../model/read-back.ts'
import type { HostDirectory } from './read/host-directory.ts'
import type { HostEntry } from './read/host-entry.ts'

type Placed = HostEntry & { readonly line?: number }

/** `entries`: as the runtime tries them; the last one is the server. */
export function foundRegistry(
  name: string,
  directory: HostDirectory,
  entries: readonly Placed[],
): FoundRegistry {
  const file = `${directory.path}/hosts.toml`
  const place = (entry: Placed) => ({ file, ...(entry.line !== undefined && { line: entry.line }) })
  const mirrors = entries.slice(0, -1)
  const server = entries.at(-1)
  return {
    name,
    at: { file: directory.hosts === undefined ? directory.path : file },
    mirrors: mirrors.map(entry => ({
      ...endpointOf(entry),
      at: place(entry),
      capabilities: entry.capabilities,
    })),
    ...(server !== undefined && name !== '*' && { server: { ...endpointOf(server), at: place(server) } }),
  }
}

function endpointOf(entry: Placed): Omit<FoundEndpoint, 'at'> {
  const { scheme, host, path, ca = [], client, skipVerify, header, dialTimeout } = entry
  const [pair] = client
  return {
    url: host === '' ? '' : `${scheme}://${host}${path === '/' ? '' : path}`,
    ...(scheme !== 'http' && {
      ...(ca.length > 0 && { ca }),
      ...(pair !== undefined && { client: { cert: pair.cert, key: pair.key ?? pair.cert } }),
      ...(skipVerify === true && { skipVerify }),
    }),
    ...(Object.keys(header).length > 0 && { header }),
    ...(dialTimeout !== undefined && { dialTimeout }),
  }
}
