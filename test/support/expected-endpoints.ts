/**
 * The endpoints that a list must lead to, computed from the written list and docs/list.md alone. Tests compare rendered
 * files and real containerds with it.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type {
  WrittenConnection,
  WrittenHeader,
  WrittenList,
  WrittenMirror,
  WrittenRegistry,
} from '../../lib/list/written.ts'
import type { Endpoint } from './containerd-hosts.ts'

/** The targets of references in the list. */
export interface References {
  readonly env: Readonly<Record<string, string>>
  /** The directory of its files, or of others with the same names. */
  readonly files: string
}

const ALL = ['pull', 'push', 'resolve']

/** The registry that a key of the list stands for. */
export function registryName(key: string): string {
  return key.toLowerCase() === 'index.docker.io' ? 'docker.io' : key.toLowerCase()
}

/** The endpoints for a registry under one key of the list, in order. */
export function expectedEndpoints(
  list: WrittenList,
  key: string,
  registry: string,
  references: References,
): Endpoint[] {
  const table = list.registries[key] as WrittenRegistry
  const mirrors = (table.mirrors ?? [])
    .map(entry => (typeof entry === 'string' ? { url: entry } : entry))
    .map(mirror => expectedMirror(mirror, list, references))
  const once = mirrors.filter((one, i) => mirrors.findIndex(other => other.base === one.base) === i)
  const fallback = table.fallback ?? list.defaults?.fallback ?? true
  return fallback ? [...once, expectedServer(table, registry, references)] : once
}

function expectedMirror(mirror: WrittenMirror, { defaults }: WrittenList, references: References): Endpoint {
  const capabilities = mirror.capabilities ?? defaults?.capabilities ?? ['pull', 'resolve']
  const { ca: _, client: __, skip_verify: ___, ...plain } = defaults ?? {}
  const settings = { dial_timeout: '2s', ...(/^http:/i.test(mirror.url) ? plain : defaults), ...mirror }
  return {
    base: baseOf(mirror.url, mirror.base === 'exact'),
    capabilities: [...capabilities].sort(),
    ...expectedConnection(settings, references),
  }
}

/** The settings of an endpoint, without any default. */
function expectedConnection(
  { ca = [], client = {}, skip_verify = false, header = {}, dial_timeout }: WrittenConnection,
  references: References,
) {
  const text = (file: string) => readFileSync(path.join(references.files, path.basename(file)), 'utf8')
  const values = Object.entries(header).map(([name, value]) => [
    spelled(name),
    headerValue(value, references.env, text),
  ])
  const { cert, key } = client
  return {
    dialTimeout: dial_timeout,
    ca: (typeof ca === 'string' ? [ca] : ca).map(text),
    client: cert === undefined || key === undefined ? [] : [[text(cert), text(key)] as const],
    skipVerify: skip_verify,
    header: Object.fromEntries(values),
  }
}

/** Names of headers as Go spells them. */
function spelled(name: string): string {
  const part = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase()
  return name.split('-').map(part).join('-')
}

function headerValue(
  value: WrittenHeader,
  env: References['env'],
  text: (file: string) => string,
): string | undefined {
  if (typeof value === 'string') return value
  const { basic, bearer } = value
  const secret = (part: WrittenHeader) => headerValue(part, env, text)
  if (basic) return `Basic ${btoa(`${secret(basic.user)}:${secret(basic.password)}`)}`
  if (bearer) return `Bearer ${secret(bearer)}`
  return value.file === undefined ? env[value.env ?? ''] : text(value.file).replace(/\r?\n$/, '')
}

/** The part of a request before the repository (docs/list.md). */
function baseOf(url: string, exact: boolean): string {
  const { origin, pathname } = new URL(url)
  const below = pathname.replace(/\/$/, '')
  return origin + (below === '' && !exact ? '/v2' : below)
}

/** The server has all capabilities. Docker's other host names do not serve images. */
function expectedServer({ server }: WrittenRegistry, registry: string, references: References): Endpoint {
  const { url, ...settings } = typeof server === 'string' ? { url: server } : (server ?? { url: undefined })
  const plain = { capabilities: ALL, ...expectedConnection(settings, references) }
  const hub = registry === 'docker.io'
  if (url === undefined && isLoopback(registry)) return { ...plain, ...ownServer(registry) }
  const base = baseOf(url ?? `https://${hub ? 'registry-1.docker.io' : registry}`, false)
  const wrong = hub && /^https?:\/\/(docker\.io|index\.docker\.io|hub\.docker\.com)\//.test(base)
  return { ...plain, base: wrong ? 'https://registry-1.docker.io/v2' : base }
}

function isLoopback(registry: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(`tcp://${registry}`).hostname)
}

/** docs/list.md: a registry on loopback without `server` is tried over https, then http. */
function ownServer(registry: string): { base: string; skipVerify: boolean } {
  const { port } = new URL(`tcp://${registry}`)
  const scheme = port === '' || port === '443' ? 'https' : 'http'
  return { base: `${new URL(`${scheme}://${registry}`).origin}/v2`, skipVerify: port !== '80' }
}
