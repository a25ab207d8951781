/** From a valid list to the nouns of registry.ts, every default filled in. Pure. */
import { milliseconds } from '../model/duration.ts'
import type { Path } from '../model/problem.ts'
import { accepted } from '../model/refused.ts'
import type {
  ApiBase,
  Attachment,
  ClientPair,
  Connection,
  HealthSettings,
  Mirror,
  MirrorList,
  Place,
  Registry,
  Server,
} from '../model/registry.ts'
import { LIST_DEFAULTS } from './defaults.ts'
import { distinctMirrors } from './distinct-mirrors.ts'
import { headerText } from './header-secrets.ts'
import type { References } from './references.ts'
import { serverBase } from './server-base.ts'
import { parseMirrorBase } from './values/api-base.ts'
import { normalizeRegistryName } from './values/registry-name.ts'
import {
  type ConnectionEntry,
  caEntries,
  type MirrorEntry,
  mirrorEntries,
  pathKey,
  serverEntry,
  type WrittenConnection,
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
  const fallback = written.fallback ?? input.list.defaults?.fallback ?? true
  return {
    name,
    server: name === '*' || !fallback ? undefined : resolveServer(name, at, written, input),
    mirrors: distinctMirrors(mirrorEntries(at, written)).map(entry => resolveMirror(entry, input)),
    fallback,
    canary: written.canary,
    place: input.place(at),
  }
}

/** Defaults are for mirrors: the credentials of a mirror must never reach a registry. */
function resolveServer(name: string, at: Path, registry: WrittenRegistry, input: ResolveInput): Server {
  const entry = serverEntry(at, registry)
  const path = entry?.path ?? at
  return {
    base: serverBase(name, entry?.server.url),
    declared: entry !== undefined,
    ...resolveConnection({ path, written: entry?.server ?? {} }, {}, input),
  }
}

function resolveMirror({ path, mirror }: MirrorEntry, input: ResolveInput): Mirror {
  const { list } = input
  const defaults: WrittenDefaults = list.defaults ?? {}
  const base = accepted(parseMirrorBase(mirror))
  const connection = resolveConnection({ path, written: mirror }, defaultsFor(base, defaults), input)
  return {
    base,
    capabilities: mirror.capabilities ?? defaults.capabilities ?? LIST_DEFAULTS.capabilities,
    ...connection,
    dialTimeout: connection.dialTimeout ?? LIST_DEFAULTS.dialTimeout,
  }
}

/** `[defaults]` without what has no effect over http. */
function defaultsFor({ origin }: ApiBase, defaults: WrittenDefaults): WrittenConnection {
  if (!origin.startsWith('http:')) return defaults
  const { ca: _, client: __, skip_verify: ___, ...plain } = defaults
  return plain
}

/** The settings of an endpoint: each key is its own, or else that of `[defaults]`. */
function resolveConnection(
  own: ConnectionEntry,
  defaults: WrittenConnection,
  { references, place }: Pick<ResolveInput, 'references' | 'place'>,
): Omit<Connection, 'base'> {
  const sourceOf = (key: keyof WrittenConnection): ConnectionEntry =>
    own.written[key] === undefined ? { path: ['defaults'], written: defaults } : own
  return {
    dialTimeout: sourceOf('dial_timeout').written.dial_timeout,
    ca: caEntries(sourceOf('ca')).map(ca => fileAt(references, ca.path)),
    client: clientOf(sourceOf('client'), references),
    skipVerify: sourceOf('skip_verify').written.skip_verify ?? false,
    header: headersOf(sourceOf('header'), references),
    redirects: sourceOf('redirects').written.redirects ?? [],
    place: place(own.path),
  }
}

function clientOf({ path, written }: ConnectionEntry, references: References): ClientPair | undefined {
  if (written.client?.cert === undefined) return undefined
  const at = [...path, 'client']
  return { cert: fileAt(references, [...at, 'cert']), key: fileAt(references, [...at, 'key']) }
}

function headersOf({ path, written }: ConnectionEntry, { secrets }: References): Record<string, string> {
  const secretAt = (at: Path) => present(secrets.get(pathKey(at)))
  return Object.fromEntries(
    Object.entries(written.header ?? {}).map(([name, header]) => [
      name,
      headerText(header, [...path, 'header', name], secretAt),
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
