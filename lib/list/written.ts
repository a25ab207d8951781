/** The list as it is written: checked for shape, without any default. */
import type { Path } from '../model/problem.ts'
import type { Capability, WrittenTable } from '../model/registry.ts'

export type WrittenHeader = string | { readonly file?: string; readonly env?: string }

export interface WrittenMirror {
  readonly url: string
  readonly base?: 'exact'
  readonly capabilities?: readonly Capability[]
  readonly ca?: string | readonly string[]
  readonly client?: { readonly cert: string; readonly key: string }
  readonly skip_verify?: boolean
  readonly header?: Readonly<Record<string, WrittenHeader>>
  readonly dial_timeout?: string
  readonly redirects?: readonly string[]
}

export interface WrittenRegistry {
  readonly server?: string
  readonly mirrors?: readonly (string | WrittenMirror)[]
  readonly fallback?: boolean
  readonly canary?: string
}

export interface WrittenDefaults {
  readonly capabilities?: readonly Capability[]
  readonly dial_timeout?: string
}

export interface WrittenHealth {
  readonly interval?: string
  readonly timeout?: string
  readonly rise?: number
  readonly fall?: number
  readonly depth?: 'ping' | 'manifest'
  readonly on_unhealthy?: 'drop' | 'demote' | 'keep'
  readonly slow_after?: string
  readonly order?: 'list' | 'latency' | 'throughput'
}

export interface WrittenList {
  readonly version: 1
  readonly defaults?: WrittenDefaults
  readonly registries: Readonly<Record<string, WrittenRegistry>>
  readonly health?: WrittenHealth
  readonly targets?: Readonly<Record<string, WrittenTable>>
}

/** A mirror in its long form, with the paths that messages point to. */
export interface MirrorEntry {
  readonly path: Path
  /** Where its url stands: the mirror itself in the short form. */
  readonly urlPath: Path
  readonly mirror: WrittenMirror
}

/** The mirrors of one registry in the long form. */
export function mirrorEntries(path: Path, registry: WrittenRegistry): MirrorEntry[] {
  return (registry.mirrors ?? []).map((written, i) => {
    const at = [...path, 'mirrors', i]
    return typeof written === 'string'
      ? { path: at, urlPath: at, mirror: { url: written } }
      : { path: at, urlPath: [...at, 'url'], mirror: written }
  })
}

/** The CA files of a mirror, each with its path in the list. */
export function caEntries(entry: MirrorEntry): { readonly path: Path; readonly file: string }[] {
  const { ca } = entry.mirror
  if (ca === undefined) return []
  const at = [...entry.path, 'ca']
  return typeof ca === 'string' ? [{ path: at, file: ca }] : ca.map((file, i) => ({ path: [...at, i], file }))
}

/** A path as one string, for look-ups. */
export function pathKey(path: Path): string {
  return JSON.stringify(path.map(String))
}
