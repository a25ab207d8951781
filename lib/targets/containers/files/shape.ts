/**
 * The types that the keys of registries.conf must have (V2RegistriesConf and V1RegistriesConf,
 * image/pkg/sysregistriesv2/system_registries_v2.go@image/v5.39.2). Pure.
 */
import { isTable, type Table } from '../../../formats/is-table.ts'

export type Shape =
  | 'a string'
  | 'true or false'
  | { readonly list: Shape }
  | { readonly keys: Readonly<Record<string, Shape>> }
  | { readonly values: Shape }

const STRINGS: Shape = { list: 'a string' }
const VERSION_1: Shape = { keys: { registries: STRINGS } }

const ENDPOINT = {
  location: 'a string',
  insecure: 'true or false',
  'pull-from-mirror': 'a string',
} as const

const MIRROR = { keys: ENDPOINT } satisfies Shape

const REGISTRY = {
  keys: {
    ...ENDPOINT,
    prefix: 'a string',
    blocked: 'true or false',
    'mirror-by-digest-only': 'true or false',
    mirror: { list: MIRROR },
  },
} satisfies Shape

export const FILE = {
  keys: {
    registry: { list: REGISTRY },
    'unqualified-search-registries': STRINGS,
    'credential-helpers': STRINGS,
    'short-name-mode': 'a string',
    'additional-layer-store-auth-helper': 'a string',
    aliases: { values: 'a string' },
    registries: { keys: { search: VERSION_1, insecure: VERSION_1, block: VERSION_1 } },
  },
} satisfies Shape

export const MIRROR_KEYS: readonly string[] = Object.keys(MIRROR.keys)
export const REGISTRY_KEYS: readonly string[] = Object.keys(REGISTRY.keys)

/** A place in a file: keys as they are written, and indexes. */
export type FilePath = readonly (string | number)[]

/** The key of a table that the decoder uses for a name: the same name, else one that differs in case (BurntSushi/toml decode.go unifyStruct). */
export function keyOf(table: Table, name: string): string | undefined {
  if (Object.hasOwn(table, name)) return name
  return Object.keys(table).find(key => key.toLowerCase() === name)
}

/** The first value of a wrong type; keys that are not in the shape may have any. */
export function findMistyped(
  value: unknown,
  shape: Shape,
  at: FilePath = [],
): { readonly path: FilePath; readonly expected: string } | undefined {
  if (typeof shape === 'string') return isOfType(value, shape) ? undefined : { path: at, expected: shape }
  if ('list' in shape) {
    if (!Array.isArray(value))
      return { path: at, expected: typeof shape.list === 'string' ? 'a list of strings' : 'a list of tables' }
    return firstOf(value.map((item, i) => () => findMistyped(item, shape.list, [...at, i])))
  }
  if (!isTable(value)) return { path: at, expected: 'a table' }
  const below = Object.entries(value).flatMap(([key, item]) => {
    const own = 'values' in shape ? shape.values : shapeOf(value, key, shape.keys)
    return own === undefined ? [] : [() => findMistyped(item, own, [...at, key])]
  })
  return firstOf(below)
}

function isOfType(value: unknown, type: 'a string' | 'true or false'): boolean {
  return typeof value === (type === 'a string' ? 'string' : 'boolean')
}

function shapeOf(table: Table, key: string, keys: Readonly<Record<string, Shape>>): Shape | undefined {
  const name = key.toLowerCase()
  return Object.hasOwn(keys, name) && keyOf(table, name) === key ? keys[name] : undefined
}

function firstOf<T>(finders: readonly (() => T | undefined)[]): T | undefined {
  for (const find of finders) {
    const found = find()
    if (found !== undefined) return found
  }
  return undefined
}
