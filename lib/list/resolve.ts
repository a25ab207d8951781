/** From a valid list to the nouns of registry.ts, every default filled in. Pure. */
import { milliseconds } from '../model/duration.ts'
import type { Path } from '../model/problem.ts'
import { accepted, type Refused } from '../model/refused.ts'
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
import type { MirrorEntry } from './endpoint-entries.ts'
import type { RegistryEntry } from './entries.ts'
import { headerText } from './header-secrets.ts'
import type { References } from './references.ts'
import { serverBase } from './server-base.ts'
import { canonicalHeaderName } from './values/header-name.ts'
import {
  type ConnectionEntry,
  caEntries,
  pathKey,
  type WrittenConnection,
  type WrittenDefaults,
  type WrittenList,
} from './written.ts'

export interface ResolveInput {
  readonly list: WrittenList
  readonly registries: readonly RegistryEntry[]
  readonly references: References
  /** Where a path stands in the text; of a table, where its key stands. */
  place(path: Path): Place
  /** Names of the known targets; a list that names no target means the first. */
  readonly targets: readonly string[]
}

/** Completes a list that has passed every check. Registries and mirrors keep the order of the text. */
export function resolveList(input: ResolveInput): MirrorList {
  const context = { ...input, defaults: mirrorDefaults(input.list.defaults) }
  return {
    registries: input.registries.map(entry => resolveRegistry(entry, context)),
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

/** What every registry needs. */
interface Context extends Pick<ResolveInput, 'list' | 'references' | 'place'> {
  readonly defaults: MirrorDefaults
}

/** `[defaults]` for mirrors. */
interface MirrorDefaults {
  readonly https: ConnectionEntry
  /** Without what has no effect over http. */
  readonly http: ConnectionEntry
}

function mirrorDefaults(defaults: WrittenDefaults = {}): MirrorDefaults {
  const { ca: _, client: __, skip_verify: ___, ...plain } = defaults
  return { https: defaultsEntry(defaults), http: defaultsEntry(plain) }
}

function defaultsEntry(written: WrittenConnection): ConnectionEntry {
  return { path: ['defaults'], written }
}

function resolveRegistry(entry: RegistryEntry, context: Context): Registry {
  const { name, path, written, mirrors } = entry
  const fallback = written.fallback ?? context.list.defaults?.fallback ?? true
  return {
    name,
    server: name === '*' || !fallback ? undefined : resolveServer(entry, context),
    mirrors: distinctMirrors(mirrors).map(mirror => resolveMirror(mirror, context)),
    fallback,
    ...(written.targets !== undefined && { targets: written.targets }),
    canary: written.canary,
    place: context.place(path),
  }
}

/** Defaults are for mirrors: the credentials of a mirror must never reach a registry. */
const NO_DEFAULTS = defaultsEntry({})

function resolveServer({ name, path, server }: RegistryEntry, context: Context): Server {
  return {
    base: serverBase(name, server && readBase(server)),
    declared: server !== undefined,
    ...resolveConnection(server ?? { path, written: {} }, NO_DEFAULTS, context),
  }
}

function resolveMirror(entry: MirrorEntry, context: Context): Mirror {
  const { defaults, list } = context
  const base = readBase(entry)
  const scheme = base.origin.startsWith('http:') ? 'http' : 'https'
  const connection = resolveConnection(entry, defaults[scheme], context)
  return {
    base,
    capabilities: entry.written.capabilities ?? list.defaults?.capabilities ?? LIST_DEFAULTS.capabilities,
    ...connection,
    dialTimeout: connection.dialTimeout ?? LIST_DEFAULTS.dialTimeout,
  }
}

function readBase({ base }: { readonly base: ApiBase | Refused | undefined }): ApiBase {
  return accepted(present(base))
}

/** The settings of an endpoint: each key is its own, or else that of the defaults. */
function resolveConnection(
  own: ConnectionEntry,
  defaults: ConnectionEntry,
  { references, place }: Context,
): Omit<Connection, 'base'> {
  const sourceOf = (key: keyof WrittenConnection): ConnectionEntry =>
    own.written[key] === undefined ? defaults : own
  return {
    dialTimeout: sourceOf('dial_timeout').written.dial_timeout,
    ca: authoritiesOf(sourceOf('ca'), references),
    client: clientOf(sourceOf('client'), references),
    skipVerify: sourceOf('skip_verify').written.skip_verify ?? false,
    header: headersOf(sourceOf('header'), references),
    redirects: sourceOf('redirects').written.redirects ?? NONE,
    place: place(own.path),
  }
}

/** One for all: most endpoints of a large list have neither a CA nor redirects nor headers. */
const NONE: readonly never[] = []
const NO_HEADERS: Connection['header'] = {}

function authoritiesOf(entry: ConnectionEntry, references: References): readonly Attachment[] {
  if (entry.written.ca === undefined) return NONE
  return caEntries(entry).map(ca => fileAt(references, ca.path))
}

function clientOf({ path, written }: ConnectionEntry, references: References): ClientPair | undefined {
  if (written.client?.cert === undefined) return undefined
  const at = [...path, 'client']
  return { cert: fileAt(references, [...at, 'cert']), key: fileAt(references, [...at, 'key']) }
}

function headersOf({ path, written }: ConnectionEntry, { secrets }: References): Connection['header'] {
  if (written.header === undefined) return NO_HEADERS
  const secretAt = (at: Path) => present(secrets.get(pathKey(at)))
  return Object.fromEntries(
    Object.entries(written.header).map(([name, header]) => [
      canonicalHeaderName(name),
      headerText(header, [...path, 'header', name], secretAt),
    ]),
  )
}

function fileAt(references: References, at: Path): Attachment {
  return present(references.files.get(pathKey(at)))
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value of the list that was not read')
  return value
}
