/** Endpoints of another program's file in the notation of a list. Pure. */
import { isRefused } from '../../model/refused.ts'
import { parseMirrorBase } from '../values/api-base.ts'
import { parseRegistryName } from '../values/registry-name.ts'
import type { WrittenMirror, WrittenServer } from '../written.ts'

/** The registries of the list that is equivalent to a file of another program. */
export interface ListSketch {
  readonly registries: Readonly<Record<string, RegistrySketch>>
  /** Whether the file has credentials, which the list leaves out. */
  readonly hasCredentials: boolean
}

export interface RegistrySketch {
  readonly server?: string | WrittenServer
  readonly mirrors?: readonly (string | WrittenMirror)[]
}

export type MirrorKeys = Omit<WrittenMirror, 'url' | 'base'>

/** A mirror whose API is at this path; undefined where a list cannot name it. `url` may have any path of its own. */
export function sketchMirror(url: string, apiPath: string, keys: MirrorKeys = {}): WrittenMirror | undefined {
  const origin = /^https?:\/\/[^/?#@\s]+/i.exec(url)?.[0]
  if (origin === undefined || url.includes('@')) return undefined
  const named = [
    { url: apiPath === '/v2' ? origin : origin + apiPath },
    { url: origin + apiPath, base: 'exact' as const },
  ]
  const written = named.find(mirror => !isRefused(parseMirrorBase(mirror)))
  return written && { ...written, ...(/^http:/i.test(origin) ? withoutTls(keys) : keys) }
}

function withoutTls({ ca: _, client: __, skip_verify: ___, ...plain }: MirrorKeys): MirrorKeys {
  return plain
}

/** Only the URL, if the mirror has no other key. */
export function shortMirror(mirror: WrittenMirror): string | WrittenMirror {
  return Object.keys(mirror).length === 1 ? mirror.url : mirror
}

/** Registries whose names a list may have, without those that have neither mirrors nor a server. */
export function sketchRegistries(
  pairs: readonly (readonly [name: string, registry: RegistrySketch])[],
): ListSketch['registries'] {
  return Object.fromEntries(
    pairs.flatMap(([name, registry]) => {
      const parsed = parseRegistryName(name === '_default' ? '*' : name)
      const isEmpty = registry.server === undefined && !registry.mirrors?.length
      return isRefused(parsed) || isEmpty ? [] : [[parsed.name, registry]]
    }),
  )
}
