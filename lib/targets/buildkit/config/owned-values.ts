/** The values of buildkitd.toml that a list decides on. Pure. */
import { isLoopback } from '../../../model/registry.ts'
import type { OwnedValue } from '../../../ownership/managed-file.ts'
import type { TomlFile } from '../../toml-file.ts'
import { certificatePaths } from './certificates.ts'
import { tableOf } from './config-file.ts'
import { type HostTable, mirrorText } from './host-tables.ts'

/**
 * For each table, in the order in which they are set: each key goes to the top of its table, so the first one in the file is
 * the last one here. A key that the file has already is set wherever the list decides on it.
 */
export function ownedValues(
  config: string,
  tables: readonly HostTable[],
  file: Pick<TomlFile, 'value'>,
): readonly OwnedValue[] {
  return tables.flatMap(table => {
    const present = tableOf(file, table.name)
    const at = (key: string) => ['registry', table.name, key]
    const { ca, keypair } = certificatePaths(config, table)
    const values: readonly (readonly [key: string, value: OwnedValue['value'] | undefined])[] = [
      ['keypair', keypair.length > 0 ? keypair.map(pair => ({ ...pair })) : undefined],
      ['ca', ca.length > 0 ? ca : undefined],
      ...switches(table, present),
      ['mirrors', mirrorsOf(table, present)],
    ]
    return values.flatMap(([key, value]) => (value === undefined ? [] : [{ path: at(key), value }]))
  })
}

type Present = Readonly<Record<string, unknown>>

function mirrorsOf({ registry }: HostTable, { mirrors }: Present): readonly string[] | undefined {
  if (registry === undefined) return undefined
  const texts = registry.mirrors.map(mirrorText)
  return texts.length > 0 || mirrors !== undefined ? texts : undefined
}

/**
 * `http` and `insecure`, where they differ from what buildkitd does without them, or where the file has them. It reaches
 * loopback hosts over http, and with both switches it tries https, then http (util/resolver/resolver.go:28-71@v0.32.2).
 */
function switches({ name, connection }: HostTable, present: Present) {
  if (connection === undefined) return []
  const isPlain = connection.base.origin.startsWith('http:')
  const isInsecure = !isPlain && connection.skipVerify
  const owned = (key: string, is: boolean, byDefault: boolean) =>
    is !== byDefault || present[key] !== undefined ? [[key, is] as const] : []
  return [...owned('insecure', isInsecure, false), ...owned('http', isPlain, isLoopback(name))]
}
