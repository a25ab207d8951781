/** What a sound list says and its author may not have meant. Pure; the clock is handed in. */
import { baseUrl, isLoopback, type Mirror, type Place, type Registry } from '../../model/registry.ts'
import type { Notice } from '../../model/report.ts'
import { isWrongHub } from '../resolve.ts'
import { parseApiBase } from '../values/api-base.ts'
import { certificatesIn, firstEnd } from '../values/pem.ts'
import { isRefused } from '../values/refused.ts'
import { mirrorEntries } from '../written.ts'
import type { LintInput } from './lint-input.ts'
import { lintSettings } from './settings.ts'

/** Notices in the order of the list. */
export function lintList(input: LintInput): readonly Notice[] {
  const keys = Object.keys(input.list.registries)
  const ofRegistries = input.resolved.registries.flatMap((registry, i) =>
    lintRegistry(registry, keys[i] ?? '', input),
  )
  return [...lintUnfilled(input), ...ofRegistries, ...lintSettings(input)].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0),
  )
}

/** A starter list that nobody has filled in. */
function lintUnfilled({ list, resolved, place }: LintInput): Notice[] {
  const { registries } = resolved
  const says = Object.values(list.registries).some(({ server }) => server !== undefined)
  if (says || registries.some(({ mirrors }) => mirrors.length > 0)) return []
  const message =
    'no registry of this list has a mirror yet: what is pulled comes from the registries themselves'
  const { file, line } = place(['registries'])
  return [{ code: 'no_mirrors', message, file, line }]
}

function lintRegistry(registry: Registry, key: string, input: LintInput): Notice[] {
  return [
    ...lintName(registry, key),
    ...lintServer(registry, key, input),
    ...lintCanary(registry, input),
    ...lintTwice(registry, key, input),
    ...registry.mirrors.flatMap(mirror => lintMirror(mirror, registry, input.now)),
  ]
}

/** Image names that begin so are looked up elsewhere (containerd docs/hosts.md, and what it really does). */
function lintName(registry: Registry, key: string): Notice[] {
  const say = (code: string, message: string) => [notice(code, message, registry.place, registry)]
  if (key.toLowerCase() === 'index.docker.io') {
    return say(
      'registry_alias',
      'index.docker.io is another name of docker.io and is read as that; write docker.io',
    )
  }
  if (/^(registry-1\.docker\.io|(registry\.)?hub\.docker\.com)$/.test(registry.name)) {
    return say(
      'registry_alias',
      `images of docker.io are not looked up under ${registry.name}; write docker.io`,
    )
  }
  return []
}

function lintServer(registry: Registry, key: string, { list, place }: LintInput): Notice[] {
  const written = list.registries[key]?.server
  const base = written === undefined ? undefined : parseApiBase(written, 'server')
  if (base === undefined || isRefused(base) || !isWrongHub(registry.name, base)) return []
  const message = `${base.origin} does not serve images; https://registry-1.docker.io is written instead`
  return [notice('docker_io_server', message, place(['registries', key, 'server']), registry)]
}

/** The images that probe knows by itself are not watched: nobody has asked for what that costs, hour by hour. */
function lintCanary(registry: Registry, { resolved }: LintInput): Notice[] {
  const { canary, mirrors, name } = registry
  if (resolved.health.depth === 'ping' || canary !== undefined || mirrors.length === 0) return []
  const image = name === '*' ? 'registry.example.com/repository:tag' : 'repository:tag'
  const message = `without a canary, watch only pings these mirrors; name one with canary = "${image}"`
  return [notice('no_canary', message, registry.place, registry)]
}

function lintTwice(registry: Registry, key: string, { list, place }: LintInput): Notice[] {
  const seen = new Set<string>()
  return mirrorEntries([], list.registries[key] ?? {}).flatMap(({ mirror }, i) => {
    const base = parseApiBase(mirror.url, mirror.base ?? 'mirror')
    if (isRefused(base)) return []
    const url = baseUrl(base)
    if (!seen.has(url)) {
      seen.add(url)
      return []
    }
    const message = `this mirror is listed twice; entry ${i + 1} is left out`
    return [notice('mirror_twice', message, place(['registries', key, 'mirrors', i]), registry, url)]
  })
}

/** Lints on one mirror by their codes. */
const mirrorLints: Readonly<
  Record<string, (mirror: Mirror, registry: Registry, now: number) => string | undefined>
> = {
  push_granted: ({ capabilities }) =>
    capabilities.includes('push')
      ? 'this mirror may be pushed to; leave "push" out unless you mean it'
      : undefined,
  http_resolve: mirror =>
    isExposed(mirror) && mirror.capabilities.includes('resolve')
      ? 'whoever sits between the node and this mirror decides what a tag means; use https, or grant "pull" only'
      : undefined,
  http_mirror: mirror =>
    isExposed(mirror)
      ? 'image names and credentials travel to this mirror unencrypted; use https'
      : undefined,
  skip_verify: ({ skipVerify, ca }) => {
    if (!skipVerify) return undefined
    const instead = ca.length > 0 ? 'its CA is given, so drop skip_verify' : 'give its CA as ca = "…" instead'
    return `the certificate of this mirror is not checked; ${instead}`
  },
  example_host: ({ base }) => {
    // RFC 2606, section 3: the starter lists have them.
    const [, host] = /^\w+:\/\/((?:[^/:]+\.)?example\.(?:com|net|org))(?::\d+)?$/.exec(base.origin) ?? []
    return host && `${host} is a name for examples, and no mirror; write the name of yours`
  },
  mirror_is_server: ({ base }, { server }) =>
    server && baseUrl(server.base) === baseUrl(base)
      ? 'this mirror is the server of the registry, which is asked anyway; leave it out'
      : undefined,
  ca_expired: ({ ca }, _, now) => {
    const expired = ca.find(({ text }) => isExpired(text, now))
    return expired && `${expired.path} holds a certificate that has expired; get a new one from the mirror`
  },
}

function lintMirror(mirror: Mirror, registry: Registry, now: number): Notice[] {
  return Object.entries(mirrorLints).flatMap(([code, lint]) => {
    const message = lint(mirror, registry, now)
    return message === undefined ? [] : [notice(code, message, mirror.place, registry, baseUrl(mirror.base))]
  })
}

function isExposed({ base }: Mirror): boolean {
  const [scheme, authority = ''] = base.origin.split('://')
  return scheme === 'http' && !isLoopback(authority)
}

function isExpired(pem: string, now: number): boolean {
  const certificates = certificatesIn(pem)
  return !('message' in certificates) && firstEnd(certificates) < now
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
