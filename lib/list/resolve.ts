/** From a sound list to the nouns of registry.ts, every default filled in. Pure. */
import path from 'node:path'
import { milliseconds } from '../model/duration.ts'
import type { Path } from '../model/problem.ts'
import {
  type ApiBase,
  type Attachment,
  baseUrl,
  type ClientPair,
  type ContainerdSettings,
  type Mirror,
  type MirrorList,
  type Place,
  type Registry,
  type Server,
} from '../model/registry.ts'
import { BUILT_IN } from './built-in.ts'
import type { References } from './references.ts'
import { parseApiBase, type UrlKind } from './values/api-base.ts'
import { isRefused } from './values/refused.ts'
import { parseRegistryName } from './values/registry-name.ts'
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
  readonly attachments: References
  /** Where a path stands in the text; of a table, where its key does. */
  place(path: Path): Place
}

/** A list that every check has passed. Registries and mirrors keep the order of the text. */
export function resolveList({ list, attachments, place }: ResolveInput): MirrorList {
  const context = { attachments, place, defaults: list.defaults ?? {} }
  return {
    registries: Object.entries(list.registries).map(([key, registry]) =>
      resolveRegistry(key, registry, context),
    ),
    health: {
      intervalMs: milliseconds(list.health?.interval ?? BUILT_IN.interval),
      timeoutMs: milliseconds(list.health?.timeout ?? BUILT_IN.probeTimeout),
      rise: list.health?.rise ?? BUILT_IN.rise,
      fall: list.health?.fall ?? BUILT_IN.fall,
      onUnhealthy: list.health?.on_unhealthy ?? 'drop',
      slowAfterMs: list.health?.slow_after === undefined ? undefined : milliseconds(list.health.slow_after),
      depth: list.health?.depth ?? 'ping',
      order: list.health?.order ?? 'list',
    },
    targets: { containerd: resolveContainerd(list, place) },
  }
}

interface Context extends Pick<ResolveInput, 'attachments' | 'place'> {
  readonly defaults: WrittenDefaults
}

function resolveRegistry(key: string, written: WrittenRegistry, context: Context): Registry {
  const at = ['registries', key]
  const name = nameOf(key)
  const fallback = written.fallback ?? true
  const mirrors = mirrorEntries(at, written).map(entry => resolveMirror(entry, context))
  return {
    name,
    server: name === '*' || !fallback ? undefined : resolveServer(name, written.server),
    mirrors: onlyFirst(mirrors),
    fallback,
    canary: written.canary,
    place: context.place(at),
  }
}

/** Twice the same endpoint would be twice the same table in hosts.toml, and containerd would drop the file. */
function onlyFirst(mirrors: readonly Mirror[]): Mirror[] {
  const urls = mirrors.map(mirror => baseUrl(mirror.base))
  return mirrors.filter((_, i) => urls.indexOf(urls[i] ?? '') === i)
}

/** These answer for docker.io with HTML or not at all; its registry is registry-1 (containerd #7400). */
const NOT_THE_HUB = /^https?:\/\/(docker\.io|index\.docker\.io|hub\.docker\.com)$/
const HUB = 'https://registry-1.docker.io'

/** Whether a server for docker.io is one of those that do not serve it. */
export function isWrongHub(registry: string, server: ApiBase): boolean {
  return registry === 'docker.io' && NOT_THE_HUB.test(server.origin)
}

function resolveServer(name: string, written: string | undefined): Server {
  const base = baseOf(written ?? (name === 'docker.io' ? HUB : `https://${name}`), 'server')
  return { base: isWrongHub(name, base) ? baseOf(HUB, 'server') : base, declared: written !== undefined }
}

function resolveMirror(entry: MirrorEntry, { attachments, place, defaults }: Context): Mirror {
  const { mirror } = entry
  return {
    base: baseOf(mirror.url, mirror.base ?? 'mirror'),
    capabilities: mirror.capabilities ?? defaults.capabilities ?? BUILT_IN.capabilities,
    dialTimeout: mirror.dial_timeout ?? defaults.dial_timeout ?? BUILT_IN.dialTimeout,
    ca: caEntries(entry).map(ca => fileAt(attachments, ca.path)),
    client: clientOf(entry, attachments),
    skipVerify: mirror.skip_verify ?? false,
    header: headersOf(entry, attachments),
    place: place(entry.path),
  }
}

function clientOf({ path: at, mirror }: MirrorEntry, attachments: References): ClientPair | undefined {
  if (mirror.client === undefined) return undefined
  return {
    cert: fileAt(attachments, [...at, 'client', 'cert']),
    key: fileAt(attachments, [...at, 'client', 'key']),
  }
}

function headersOf({ path: at, mirror }: MirrorEntry, attachments: References): Record<string, string> {
  const names = Object.keys(mirror.header ?? {})
  return Object.fromEntries(
    names.map(name => [name, present(attachments.headers.get(pathKey([...at, 'header', name])))]),
  )
}

function fileAt(attachments: References, at: Path): Attachment {
  return present(attachments.files.get(pathKey(at)))
}

function resolveContainerd({ targets }: WrittenList, place: ResolveInput['place']): ContainerdSettings {
  const { config, hosts_dir, version } = targets?.containerd ?? {}
  return {
    config: config === false ? false : tidy(config ?? BUILT_IN.config),
    hostsDir: hosts_dir === undefined ? undefined : tidy(hosts_dir),
    version,
    place: place(['targets', 'containerd']),
  }
}

function tidy(file: string): string {
  return path.posix.normalize(file).replace(/\/$/, '')
}

function nameOf(key: string): string {
  const parsed = parseRegistryName(key)
  if (isRefused(parsed)) throw new Error('resolve was given a registry name that no rule has seen')
  return parsed.name
}

function baseOf(url: string, kind: UrlKind): ApiBase {
  const base = parseApiBase(url, kind)
  if (isRefused(base)) throw new Error('resolve was given a url that no rule has seen')
  return base
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('resolve was given a reference that was not read')
  return value
}
