/** The list as it is written: checked for shape, without any default. */
import type { Path } from '../model/problem.ts'
import type { Capability, WrittenTable } from '../model/registry.ts'

/** A secret, or where it is. */
export type WrittenSecret = string | { readonly file?: string; readonly env?: string }

/** User and password of `Authorization: Basic`. */
export interface WrittenBasic {
  readonly user: WrittenSecret
  readonly password: WrittenSecret
}

/** A header's value; `basic` and `bearer` make the value of Authorization. */
export type WrittenHeader =
  | string
  | {
      readonly file?: string
      readonly env?: string
      readonly basic?: WrittenBasic
      readonly bearer?: WrittenSecret
    }

/** The keys that mirrors, servers and `[defaults]` have. Empty values switch those of `[defaults]` off. */
export interface WrittenConnection {
  readonly ca?: string | readonly string[]
  /** Both, or neither. */
  readonly client?: { readonly cert?: string; readonly key?: string }
  readonly skip_verify?: boolean
  readonly header?: Readonly<Record<string, WrittenHeader>>
  readonly dial_timeout?: string
  readonly redirects?: readonly string[]
}

export interface WrittenServer extends WrittenConnection {
  readonly url: string
}

export interface WrittenMirror extends WrittenServer {
  readonly base?: 'exact'
  readonly capabilities?: readonly Capability[]
}

export interface WrittenRegistry {
  readonly server?: string | WrittenServer
  readonly mirrors?: readonly (string | WrittenMirror)[]
  readonly fallback?: boolean
  readonly canary?: string
  readonly targets?: readonly string[]
}

export interface WrittenDefaults extends WrittenConnection {
  readonly capabilities?: readonly Capability[]
  readonly fallback?: boolean
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

/** A mirror, a server or `[defaults]`: a table with the keys of a connection. */
export interface ConnectionEntry {
  readonly path: Path
  readonly written: WrittenConnection & { readonly url?: string }
}

/** The CA files of an endpoint, each with its path in the list. */
export function caEntries({
  path,
  written: { ca },
}: ConnectionEntry): { readonly path: Path; readonly file: string }[] {
  if (ca === undefined) return []
  const at = [...path, 'ca']
  return typeof ca === 'string' ? [{ path: at, file: ca }] : ca.map((file, i) => ({ path: [...at, i], file }))
}

/** A path as one string, for look-ups. */
export function pathKey(path: Path): string {
  return JSON.stringify(path.map(String))
}
