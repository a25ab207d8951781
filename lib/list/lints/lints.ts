/** What a valid list says that its author may not intend. Pure; the time is an argument. */
import { isRefused } from '../../model/refused.ts'
import {
  baseUrl,
  type Connection,
  DOCKER_HUB,
  type Mirror,
  type Place,
  type Registry,
} from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import { distinctMirrors } from '../distinct-mirrors.ts'
import { isWrongHub } from '../server-base.ts'
import { parseApiBase, parseMirrorBase } from '../values/api-base.ts'
import {
  type MirrorEntry,
  mirrorEntries,
  type ServerEntry,
  serverEntry,
  type WrittenDefaults,
  type WrittenMirror,
} from '../written.ts'
import { connectionLints } from './connection-lints.ts'
import { lintHealth } from './health-lints.ts'
import type { LintInput } from './lint-input.ts'
import { mirrorLints } from './mirror-lints.ts'
import { onlyServerResolves } from './resolver-lint.ts'

/** Notices in the order of the list. */
export function lintList(input: LintInput): readonly Notice[] {
  const keys = Object.keys(input.list.registries)
  const notices = input.resolved.registries.flatMap((registry, i) =>
    lintRegistry(registry, keys[i] ?? '', input),
  )
  return [...lintEmpty(input), ...notices, ...lintHealth(input)].sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
}

/** A starter list without an entry of its user. */
function lintEmpty({ list, resolved, place }: LintInput): readonly Notice[] {
  const hasServer = Object.values(list.registries).some(({ server }) => server !== undefined)
  if (hasServer || resolved.registries.some(({ mirrors }) => mirrors.length > 0)) return []
  const message = 'this list has no mirror: images are pulled from the registries themselves; add mirrors'
  const { file, line } = place(['registries'])
  return [{ code: 'no_mirrors', message, file, line }]
}

function lintRegistry(registry: Registry, key: string, input: LintInput): readonly Notice[] {
  const at = ['registries', key]
  const written = input.list.registries[key] ?? {}
  const entries = mirrorEntries(at, written)
  // A registry has each of its mirrors once.
  const hasTwice = registry.mirrors.length < entries.length
  const distinct = hasTwice ? distinctMirrors(entries) : entries
  return [
    ...lintName(registry, key),
    ...lintServer(registry, serverEntry(at, written), input),
    ...lintCanary(registry, input),
    ...lintResolver(registry),
    ...(hasTwice ? lintDuplicates(registry, entries, input) : []),
    ...distinct.flatMap((entry, i) => lintMirror(registry.mirrors[i], entry, registry, input)),
  ]
}

/** Image names that start with another name of docker.io are looked up as docker.io (containerd docs/hosts.md). */
function lintName(registry: Registry, key: string): readonly Notice[] {
  const alias = (message: string) => [notice('registry_alias', message, registry.place, registry)]
  if (key.toLowerCase() === 'index.docker.io')
    return alias('index.docker.io is an alias of docker.io; write docker.io')
  if (/^(registry-1\.docker\.io|(registry\.)?hub\.docker\.com)$/.test(registry.name))
    return alias(`${registry.name} has no effect for images of docker.io; write docker.io`)
  return []
}

function lintServer(registry: Registry, entry: ServerEntry | undefined, input: LintInput): readonly Notice[] {
  const { server } = registry
  if (entry === undefined || server === undefined) return []
  const findings = lintConnection(server, 'server', input).map(({ code, message }) =>
    notice(code, message, server.place, registry),
  )
  const base = parseApiBase(entry.server.url, 'server')
  if (isRefused(base) || !isWrongHub(registry.name, base)) return findings
  const message = `${base.origin} serves no images; write ${entry.urlPath.at(-1)} = "${DOCKER_HUB}"`
  return [notice('docker_io_server', message, input.place(entry.urlPath), registry), ...findings]
}

/** watch requests no built-in canary: the user has not agreed to that traffic. */
function lintCanary(registry: Registry, { resolved }: LintInput): readonly Notice[] {
  const { canary, mirrors, name } = registry
  if (resolved.health.depth === 'ping' || canary !== undefined || mirrors.length === 0) return []
  const image = name === '*' ? 'registry.example.com/repository:tag' : 'repository:tag'
  const message = `without a canary, watch only pings these mirrors; add canary = "${image}"`
  return [notice('no_canary', message, registry.place, registry)]
}

function lintResolver(registry: Registry): readonly Notice[] {
  const message = onlyServerResolves(registry)
  return message === undefined ? [] : [notice('only_server_resolves', message, registry.place, registry)]
}

function lintDuplicates(
  registry: Registry,
  entries: readonly MirrorEntry[],
  { place }: LintInput,
): readonly Notice[] {
  const distinct = new Set(distinctMirrors(entries))
  return entries.flatMap((entry, i) => {
    const base = parseMirrorBase(entry.mirror)
    if (isRefused(base) || distinct.has(entry)) return []
    const message = `duplicate mirror: regmirror ignores entry ${i + 1}; remove it`
    return [notice('duplicate_mirror', message, place(entry.path), registry, baseUrl(base))]
  })
}

/** Notices about the value that is in effect, at the place where it is written. */
function lintMirror(
  mirror: Mirror | undefined,
  { mirror: written }: MirrorEntry,
  registry: Registry,
  input: LintInput,
): readonly Notice[] {
  if (mirror === undefined) return []
  const { list, place } = input
  const placeOf = (key: keyof WrittenDefaults & keyof WrittenMirror) =>
    written[key] === undefined && list.defaults?.[key] !== undefined ? place(['defaults', key]) : mirror.place
  const own = Object.entries(mirrorLints).flatMap(([code, { key, lint }]) => {
    const message = lint({ mirror, registry, written })
    return message === undefined
      ? []
      : [{ code, message, at: key === undefined ? mirror.place : placeOf(key) }]
  })
  const others = lintConnection(mirror, 'mirror', input).map(({ key, ...found }) => ({
    ...found,
    at: placeOf(key),
  }))
  return [...own, ...others].map(({ code, message, at }) =>
    notice(code, message, at, registry, baseUrl(mirror.base)),
  )
}

function lintConnection(connection: Connection, role: 'mirror' | 'server', { now }: LintInput) {
  return Object.entries(connectionLints).flatMap(([code, { key, lint }]) => {
    const message = lint(connection, role, now)
    return message === undefined ? [] : [{ code, message, key }]
  })
}

function notice(
  code: string,
  message: string,
  { file, line }: Place,
  registry: Registry,
  mirror?: string,
): Notice {
  return { code, message, registry: registry.name, ...(mirror !== undefined && { mirror }), file, line }
}
