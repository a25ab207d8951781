/** Mirrors and servers as they are written, in their long form, each url read once for every stage. Pure. */
import { isTable } from '../formats/is-table.ts'
import type { Path } from '../model/problem.ts'
import type { Refused } from '../model/refused.ts'
import type { ApiBase } from '../model/registry.ts'
import { parseApiBase, parseMirrorBase } from './values/api-base.ts'
import type { ConnectionEntry, WrittenMirror, WrittenRegistry, WrittenServer } from './written.ts'

/** An endpoint, with the paths that messages point to. */
interface EndpointEntry extends ConnectionEntry {
  /** Where its url stands: the endpoint itself in the short form. */
  readonly urlPath: Path
  /** Undefined where it has no url that could be read. */
  readonly base: ApiBase | Refused | undefined
}

export interface MirrorEntry extends EndpointEntry {
  readonly written: WrittenMirror
}

export interface ServerEntry extends EndpointEntry {
  readonly written: WrittenServer
}

/** The mirrors of one registry. */
export function mirrorEntries(path: Path, { mirrors = [] }: WrittenRegistry): MirrorEntry[] {
  return mirrors.map((mirror, i) => mirrorEntry([...path, 'mirrors', i], mirror))
}

function mirrorEntry(path: Path, mirror: string | WrittenMirror): MirrorEntry {
  if (typeof mirror === 'string')
    return { path, urlPath: path, written: { url: mirror }, base: parseApiBase(mirror, 'mirror') }
  const base = hasUrl(mirror) ? parseMirrorBase(mirror) : undefined
  return { path, urlPath: [...path, 'url'], written: mirror, base }
}

/** The server of one registry; undefined where the list names none. */
export function serverEntry(above: Path, { server }: WrittenRegistry): ServerEntry | undefined {
  if (server === undefined) return undefined
  const path = [...above, 'server']
  if (typeof server === 'string')
    return { path, urlPath: path, written: { url: server }, base: parseApiBase(server, 'server') }
  const base = hasUrl(server) ? parseApiBase(server.url, 'server') : undefined
  return { path, urlPath: [...path, 'url'], written: server, base }
}

/** The value may not be a valid list. */
function hasUrl(endpoint: unknown): boolean {
  return isTable(endpoint) && typeof endpoint.url === 'string'
}
