/** From a valid list to the nouns of registry.ts, every default filled in. Pure. */
import { milliseconds } from '../model/duration.ts'
import type { Path } from '../model/problem.ts'
import { accepted } from '../model/refused.ts'
import type {
  Attachment,
  ClientPair,
  HealthSettings,
  Mirror,
  MirrorList,
  Place,
  Registry,
} from '../model/registry.ts'
import { LIST_DEFAULTS } from './defaults.ts'
import { distinctMirrors } from './distinct-mirrors.ts'
import type { References } from './references.ts'
import { resolveServer } from './resolve-server.ts'
import { parseMirrorBase } from './values/api-base.ts'
import { canonicalHeaderName } from './values/header-name.ts'
import { normalizeRegistryName } from './values/registry-name.ts'
import {
  caEntries,
  type MirrorEntry,
  mirrorEntries,
  pathKey,
  type WrittenDefaults,
  type WrittenList,
  type WrittenRegistry,
} from './written.ts'

export interface ResolveInput {
  readonly list: WrittenList
  readonly references: References
  /** Where a path stands in the text; of a table, where its key stands. */
  place(path: Path): Place
  /** Names of the known targets; a list that names no target means the first. */
  readonly targets: readonly string[]
}

/** Completes a list that has passed every check. Registries and mirrors keep the order of the text. */
export function resolveList(input: ResolveInput): MirrorList {
  const registries = Object.entries(input.list.registries)
  return {
    registries: registries.map(([key, registry]) => resolveRegistry(key, registry, input)),
    health: resolveHealth(input.list.health),
    targets: resolveTargets(input),
  }
}

function resolveHealth(health: WrittenList['health'] = {}): HealthSettings {
  return {
    intervalMs: milliseconds(health.interval ?? LIST_DEFAULTS.interval),
    timeoutMs: milliseconds(health.timeout ?? LIST_DEFAULTS.probeTimeout),
    rise: health.rise ?? LIST_DEFAULTS.rise,
    fall: health.fall ?? LIST_DEFAULTS.fall,
    onUnhealthy: health.on_unhealthy ?? 'drop',
    slowAfterMs: health.slow_after === undefined ? undefined : milliseconds(health.slow_after),
    depth: health.depth ?? 'ping',
    order: health.order ?? 'list',
  }
}

function resolveTargets({ list, place, targets }: ResolveInput): MirrorList['targets'] {
  const named = Object.keys(list.targets ?? {})
  const names = named.length > 0 ? named : targets.slice(0, 1)
  return Object.fromEntries(
    names.map(name => [name, { written: list.targets?.[name] ?? {}, place: place(['targets', name]) }]),
  )
}

function resolveRegistry(key: string, written: WrittenRegistry, input: ResolveInput): Registry {
  const at = ['registries', key]
  const name = normalizeRegistryName(key)
  const fallback = written.fallback ?? true
  return {
    name,
    server: name === '*' || !fallback ? undefined : resolveServer(name, written.server),
    mirrors: distinctMirrors(mirrorEntries(at, written)).map(entry => resolveMirror(entry, input)),
    fallback,
    canary: written.canary,
    place: input.place(at),
  }
}

function resolveMirror(entry: MirrorEntry, { list, references, place }: ResolveInput): Mirror {
  const { mirror } = entry
  const defaults: WrittenDefaults = list.defaults ?? {}
  return {
    base: accepted(parseMirrorBase(mirror)),
    capabilities: mirror.capabilities ?? defaults.capabilities ?? LIST_DEFAULTS.capabilities,
    dialTimeout: mirror.dial_timeout ?? defaults.dial_timeout ?? LIST_DEFAULTS.dialTimeout,
    ca: caEntries(entry).map(ca => fileAt(references, ca.path)),
    client: clientOf(entry, references),
    skipVerify: mirror.skip_verify ?? false,
    header: headersOf(entry, references),
    redirects: mirror.redirects ?? [],
    place: place(entry.path),
  }
}

function clientOf({ path: at, mirror }: MirrorEntry, references: References): ClientPair | undefined {
  if (mirror.client === undefined) return undefined
  return {
    cert: fileAt(references, [...at, 'client', 'cert']),
    key: fileAt(references, [...at, 'client', 'key']),
  }
}

function headersOf({ path: at, mirror }: MirrorEntry, references: References): Record<string, string> {
  const names = Object.keys(mirror.header ?? {})
  return Object.fromEntries(
    names.map(name => [
      canonicalHeaderName(name),
      present(references.headers.get(pathKey([...at, 'header', name]))),
    ]),
  )
}

function fileAt(references: References, at: Path): Attachment {
  return present(references.files.get(pathKey(at)))
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a reference that was not read')
  return value
}
