/**
 * Whom a list wants to be asked, worked out from the list as it is written and docs/list.md alone: the oracle for
 * everything that we render and that a containerd does with it.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { WrittenHeader, WrittenList, WrittenMirror, WrittenRegistry } from '../../lib/list/written.ts'
import type { Endpoint } from './containerd-hosts.ts'

/** What the list's references lead to. */
export interface References {
  readonly env: Readonly<Record<string, string>>
  /** Where its files are, or others of the same names. */
  readonly files: string
}

const ALL = ['pull', 'push', 'resolve']

/** The name that a key of the list means. */
export function registryName(key: string): string {
  return key.toLowerCase() === 'index.docker.io' ? 'docker.io' : key.toLowerCase()
}

/** The endpoints for a registry under one key of the list, in order. */
export function expectedEndpoints(
  list: WrittenList,
  key: string,
  registry: string,
  around: References,
): Endpoint[] {
  const table = list.registries[key] as WrittenRegistry
  const mirrors = (table.mirrors ?? [])
    .map(entry => (typeof entry === 'string' ? { url: entry } : entry))
    .map(mirror => expectedMirror(mirror, list, around))
  const once = mirrors.filter((one, i) => mirrors.findIndex(other => other.base === one.base) === i)
  return table.fallback === false ? once : [...once, expectedServer(table, registry)]
}

function expectedMirror(mirror: WrittenMirror, { defaults }: WrittenList, around: References): Endpoint {
  const text = (file: string) => readFileSync(path.join(around.files, path.basename(file)), 'utf8')
  const { ca = [], client, skip_verify = false, header = {} } = mirror
  const capabilities = mirror.capabilities ?? defaults?.capabilities ?? ['pull', 'resolve']
  const values = Object.entries(header).map(([name, value]) => [name, headerValue(value, around.env, text)])
  return {
    base: baseOf(mirror.url, mirror.base === 'exact'),
    capabilities: [...capabilities].sort(),
    dialTimeout: mirror.dial_timeout ?? defaults?.dial_timeout ?? '2s',
    ca: (typeof ca === 'string' ? [ca] : ca).map(text),
    client: client === undefined ? [] : [[text(client.cert), text(client.key)]],
    skipVerify: skip_verify,
    header: Object.fromEntries(values),
  }
}

function headerValue(
  value: WrittenHeader,
  env: References['env'],
  text: (file: string) => string,
): string | undefined {
  if (typeof value === 'string') return value
  return value.file === undefined ? env[value.env ?? ''] : text(value.file).replace(/\r?\n$/, '')
}

/** The table of urls in docs/list.md: what precedes the repository in a request. */
function baseOf(url: string, exact: boolean): string {
  const { origin, pathname } = new URL(url)
  const below = pathname.replace(/\/$/, '')
  return origin + (below === '' && !exact ? '/v2' : below)
}

/** The registry itself may be asked for everything. Docker's other names do not serve images. */
function expectedServer({ server }: WrittenRegistry, registry: string): Endpoint {
  const plain = {
    capabilities: ALL,
    dialTimeout: undefined,
    ca: [],
    client: [],
    skipVerify: false,
    header: {},
  }
  const hub = registry === 'docker.io'
  if (server === undefined && isLoopback(registry)) return { ...plain, ...ownServer(registry) }
  const base = baseOf(server ?? `https://${hub ? 'registry-1.docker.io' : registry}`, false)
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
