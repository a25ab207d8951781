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
import type { MirrorEntry, ServerEntry } from '../endpoint-entries.ts'
import type { RegistryEntry } from '../entries.ts'
import { isWrongHub } from '../server-base.ts'
import type { WrittenDefaults, WrittenMirror } from '../written.ts'
import { connectionLints } from './connection-lints.ts'
import { lintHealth } from './health-lints.ts'
import type { LintInput } from './lint-input.ts'
import { mirrorLints } from './mirror-lints.ts'
import { onlyServerResolves } from './resolver-lint.ts'
import { lintTargets } from './target-lints.ts'

/** Notices in the order of the list. */
export function lintList(input: LintInput): readonly Notice[] {
  const { registries } = input.resolved
  const notices = input.registries.flatMap((entry, i) => lintRegistry(registries[i], entry, input))
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

function lintRegistry(
  registry: Registry | undefined,
  { key, path, server, mirrors: entries }: RegistryEntry,
  input: LintInput,
): readonly Notice[] {
  if (registry === undefined) return []
  // A registry has each of its mirrors once.
  const hasTwice = registry.mirrors.length < entries.length
  const distinct = hasTwice ? distinctMirrors(entries) : entries
  return [
    ...lintName(registry, key),
    ...lintServer(registry, server, input),
    ...lintCanary(registry, input),
    ...lintResolver(registry),
    ...lintTargets(registry, input.resolved).map(({ code, message }) =>
      notice(code, message, input.place([...path, 'targets']), registry),
    ),
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
  const { base } = entry
  if (base === undefined || isRefused(base) || !isWrongHub(registry.name, base)) return findings
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
    const { base } = entry
    if (base === undefined || isRefused(base) || distinct.has(entry)) return []
    const message = `duplicate mirror: regmirror ignores entry ${i + 1}; remove it`
    return [notice('duplicate_mirror', message, place(entry.path), registry, baseUrl(base))]
  })
}

/** Notices about the value that is in effect, at the place where it is written. */
function lintMirror(
  mirror: Mirror | undefined,
  { written }: MirrorEntry,
  registry: Registry,
  input: LintInput,
): readonly Notice[] {
  if (mirror === undefined) return []
  const { list, place } = input
  const placeOf = (key: MirrorKey) =>
    written[key] === undefined && list.defaults?.[key] !== undefined ? place(['defaults', key]) : mirror.place
  const subject = { mirror, registry, written }
  const found = [
    ...runLints(MIRROR_LINTS, ({ lint }) => lint(subject)),
    ...lintConnection(mirror, 'mirror', input),
  ]
  return found.map(({ code, message, key }) =>
    notice(code, message, key === undefined ? mirror.place : placeOf(key), registry, baseUrl(mirror.base)),
  )
}

function lintConnection(connection: Connection, role: 'mirror' | 'server', { now }: LintInput) {
  return runLints(CONNECTION_LINTS, ({ lint }) => lint(connection, role, now))
}

const MIRROR_LINTS = Object.entries(mirrorLints)
const CONNECTION_LINTS = Object.entries(connectionLints)

/** Keys that a mirror has, or `[defaults]` for it. */
type MirrorKey = keyof WrittenDefaults & keyof WrittenMirror

interface Finding {
  readonly code: string
  readonly message: string
  readonly key: MirrorKey | undefined
}

/** What these lints say, by their codes. */
function runLints<L extends { readonly key?: MirrorKey }>(
  lints: readonly (readonly [code: string, lint: L])[],
  run: (lint: L) => string | undefined,
): readonly Finding[] {
  const found: Finding[] = []
  for (const [code, lint] of lints) {
    const message = run(lint)
    if (message !== undefined) found.push({ code, message, key: lint.key })
  }
  return found
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
