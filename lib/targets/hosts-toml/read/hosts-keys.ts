/** The keys of a hosts.toml by the names that containerd gives them, and values of a wrong type. Pure. */
import { isTable } from '../../../formats/is-table.ts'
import type { Release } from '../../release.ts'
import { knowsDialTimeout } from '../known-keys.ts'
import { type Misfit, misfits, type Shape } from './shape.ts'

/** A table with the keys that containerd knows, each under its own name. */
export type HostKeys = Readonly<Record<string, unknown>>

/** The root and its hosts. */
export interface HostsKeys {
  readonly root: HostKeys
  readonly hosts: ReadonlyMap<string, HostKeys>
  /** Values that containerd cannot decode: it refuses the file. */
  readonly misfits: readonly Misfit[]
}

export const HOST_KEYS: readonly string[] = [
  'capabilities',
  'ca',
  'client',
  'skip_verify',
  'header',
  'override_path',
  'dial_timeout',
]
export const ROOT_KEYS: readonly string[] = [...HOST_KEYS, 'server', 'host']

/** Whether people write a login under this key; containerd has none. */
export function isCredentialKey(name: string): boolean {
  return /^(user(name)?|pass(word)?|auth|identity_?token|token)$/i.test(name)
}

/** hostFileConfig and what parseHostsFile adds to it (core/remotes/docker/config/hosts.go:338-400@v2.3.4). */
export function readHostsKeys(value: Readonly<Record<string, unknown>>, reader: Release): HostsKeys {
  const { host, ...root } = knownKeys(value, ROOT_KEYS, reader)
  const hosts = isTable(host)
    ? Object.entries(host).map(
        ([name, keys]) => [name, isTable(keys) ? knownKeys(keys, HOST_KEYS, reader) : keys] as const,
      )
    : []
  const tables = hosts.filter((entry): entry is [string, HostKeys] => isTable(entry[1]))
  const each = isTable(host) || host === undefined ? Object.fromEntries(hosts) : host
  return { root, hosts: new Map(tables), misfits: misfits({ ...root, host: each }, rootShape(reader)) }
}

/** 2.x reads a key in any case, the last one wins; 1.x reads it as it is or in capitals (go-toml v2 and v1, marshal.go:770@v1.9.5). */
function knownKeys(
  table: Readonly<Record<string, unknown>>,
  known: readonly string[],
  { major }: Release,
): HostKeys {
  const written = Object.keys(table)
  const spelling = (key: string) =>
    major < 2
      ? [key, key.toUpperCase()].find(name => Object.hasOwn(table, name))
      : written.findLast(name => name.toLowerCase() === key)
  const found = known.map(key => [key, spelling(key)] as const)
  return Object.fromEntries(found.flatMap(([key, name]) => (name === undefined ? [] : [[key, table[name]]])))
}

const string = { name: 'a string', fits: (value: unknown) => typeof value === 'string' }
const boolean = { name: 'true or false', fits: (value: unknown) => typeof value === 'boolean' }
const strings = {
  name: 'an array of strings',
  fits: (value: unknown) => Array.isArray(value) && value.every(string.fits),
}

function rootShape(reader: Release): Shape {
  const host = {
    ...{ capabilities: strings, skip_verify: boolean, override_path: boolean, header: { known: {} } },
    ...(knowsDialTimeout(reader) && { dial_timeout: string }),
  }
  return { known: { ...host, server: string, host: { each: { known: host } } } }
}
