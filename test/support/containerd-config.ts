/**
 * The registry table that CRI uses, from config.toml and its imports: a port of containerd's merge, on values. Throws where
 * that containerd would not start, or where a file is missing.
 */
import assert from 'node:assert/strict'
import path from 'node:path'
import TOML from '@iarna/toml'
import { getStaticTOMLValue, parseTOML } from 'toml-eslint-parser'
import type { Reader } from '../../lib/system/reader.ts'

type Table = Record<string, unknown>

interface Config {
  version?: number
  imports?: readonly string[]
  disabled_plugins?: readonly string[]
  plugins?: Table
}

/** The keys of `plugins.….registry` that matter for mirrors. */
export interface RegistryTable {
  readonly config_path?: string
  readonly mirrors?: Readonly<Table>
  readonly configs?: Readonly<Record<string, Readonly<Table>>>
  readonly auths?: Readonly<Table>
  readonly headers?: Readonly<Table>
}

const CRI = 'io.containerd.grpc.v1.cri'
const IMAGES = 'io.containerd.cri.v1.images'

/** One release for each way of merging. */
export const WAYS = ['1.7', '2.1', '2.3'] as const

/** The table that a containerd of this release (`1.7.24`, `2.1`) uses; undefined if there is none. */
export async function effectiveTable(
  node: Reader,
  main: string,
  release: string,
): Promise<RegistryTable | undefined> {
  const files = await loadAll(node, main)
  const [major = 0, minor = 0] = release.split('.').map(Number)
  const merge = major < 2 ? merge1 : minor < 3 ? merge2 : merge23
  assertNames(files, major)
  const section = merge(files) as { registry?: RegistryTable } | undefined
  return section?.registry
}

/** Falls back to a parser of TOML 1.1, which containerd 2 reads and iarna does not. */
export function parseConfig(text: string): Table {
  try {
    return JSON.parse(JSON.stringify(TOML.parse(text)))
  } catch {
    return getStaticTOMLValue(parseTOML(text)) as Table
  }
}

/** config.toml and its imports in the order of merging (LoadConfig, config.go:446-530@v2.3.4). */
async function loadAll(node: Reader, main: string): Promise<Config[]> {
  const pending = [main]
  const loaded = new Map<string, Config>()
  for (let file = pending.shift(); file !== undefined; file = pending.shift()) {
    if (loaded.has(file)) continue
    const bytes = await node.read(file)
    assert.ok(bytes !== undefined, `${file} does not exist`)
    const config: Config = parseConfig(bytes.toString('utf8').replace(/^\ufeff/, ''))
    loaded.set(file, config)
    for (const pattern of config.imports ?? [])
      pending.push(...(await glob(node, path.posix.resolve(path.posix.dirname(file), pattern))))
  }
  return [...loaded.values()]
}

/** Supports `*` in the last part only: the nodes have no other patterns. */
async function glob(node: Reader, pattern: string): Promise<string[]> {
  if (!pattern.includes('*')) return [pattern]
  const directory = path.posix.dirname(pattern)
  const names = ((await node.entries(directory)) ?? []).map(entry => entry.name)
  return names
    .filter(name => path.matchesGlob(name, path.posix.basename(pattern)))
    .map(name => `${directory}/${name}`)
}

/**
 * Checks the names of disabled plugins: 1.x by the last version for all files, 2.x only in files that are not renamed
 * (services/server/config/config.go:99-125@v1.7.24, ValidateVersion@v2.1.9).
 */
function assertNames(files: readonly Config[], major: number): void {
  const last = files.findLast(file => file.version)?.version ?? 1
  for (const { version = 1, disabled_plugins = [] } of files) {
    if ((major < 2 ? last : version) < 2) continue
    const full = disabled_plugins.every(name => name.includes('.'))
    assert.ok(full, `invalid disabled plugin URI in ${disabled_plugins}`)
  }
}

/** 1.x: plugins replace each other as a whole (services/server/config/config.go:149,220,290@v1.7.24). */
function merge1(files: readonly Config[]): unknown {
  const version = files.findLast(file => file.version)?.version ?? 1
  assert.ok(version <= 2, `unsupported config version ${version}`)
  const plugins: Table = Object.assign({}, ...files.map(file => file.plugins))
  if (version === 2)
    assert.ok(
      Object.keys(plugins).every(name => name.split('.').length >= 4),
      'no short plugin names',
    )
  return plugins[version === 1 ? 'cri' : CRI]
}

/** 2.0 to 2.2: deep merge, then one migration (LoadConfig@v2.1.9, server.go:254-269@v2.1.9). */
function merge2(files: readonly Config[]): unknown {
  let version = 3
  let plugins: Table = {}
  for (const file of files) {
    const old = (file.version ?? 0) < 2
    plugins = deep(plugins, old ? renamed(file.plugins ?? {}) : (file.plugins ?? {}))
    version = old ? version : (file.version ?? version)
  }
  assert.ok(version <= 3, `expected containerd config version up to 3, got ${version}`)
  return version < 3 ? migrated(plugins)[IMAGES] : plugins[IMAGES]
}

/** 2.3: each file is migrated, then the deep merge (config.go:475-510@v2.3.4). */
function merge23(files: readonly Config[]): unknown {
  let root = 0
  let plugins: Table = {}
  for (const { version = 0, plugins: own = {} } of files) {
    root ||= version
    assert.ok(version <= root && version <= 4, `drop-in config version ${version} higher than ${root}`)
    const named = version < 2 ? renamed(own) : own
    plugins = deep(plugins, version < 4 ? migrated(named) : named)
  }
  return plugins[IMAGES]
}

/** v1MigratePluginName, config.go:160-199@v2.3.4: `cri` is the only short name that matters here. */
function renamed(plugins: Table): Table {
  return Object.fromEntries(
    Object.entries(plugins).map(([name, value]) => [name === 'cri' ? CRI : name, value]),
  )
}

/** migrateConfig, plugins/cri/images/plugin.go:197-227@v2.3.4: the old table replaces the new one. */
function migrated(plugins: Table): Table {
  const old = plugins[CRI] as Table | undefined
  if (old === undefined) return plugins
  const images = {
    ...(plugins[IMAGES] as Table | undefined),
    ...('registry' in old && { registry: old.registry }),
  }
  return { ...plugins, [IMAGES]: images }
}

function deep(to: Table, from: Table): Table {
  const isTable = (value: unknown): value is Table =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  const merged = Object.entries(from).map(([key, value]) => {
    const there = to[key]
    return [key, isTable(there) && isTable(value) ? deep(there, value) : value]
  })
  return { ...to, ...Object.fromEntries(merged) }
}
