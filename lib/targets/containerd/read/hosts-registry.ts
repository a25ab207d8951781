import { tomlValue } from '../../../formats/toml/ast.ts'
import type { FoundMirror, FoundRegistry, Loss, ReadBack } from '../../../model/read-back.ts'
import { mayResolve } from '../../../model/registry.ts'
import { BARE } from '../../hosts-toml/read/effective-endpoint.ts'
import type { HostEntry } from '../../hosts-toml/read/host-entry.ts'
import { hostOrder } from '../../hosts-toml/read/host-order.ts'
import { readHostsFile } from '../../hosts-toml/read/hosts-file.ts'
import { type HostKeys, readHostsKeys } from '../../hosts-toml/read/hosts-keys.ts'
import { parseHostsText } from '../../hosts-toml/read/hosts-text.ts'
import type { Refusal } from '../../hosts-toml/read/refusal.ts'
import type { Release } from '../../release.ts'
import { commentsOf, foundEndpoint } from './found-endpoint.ts'
import { hostLogin } from './host-login.ts'
import { hostLosses, type WrittenHost } from './host-losses.ts'
import { unknownKeyLosses } from './unknown-keys.ts'

export interface HostsText {
  readonly text: string
  /** Its path, for messages. */
  readonly file: string
  /** Where relative paths start. */
  readonly directory: string
  /** The registry, `*` for `_default`. */
  readonly name: string
}

/** The registry; or why containerd refuses the file. */
export function readHostsRegistry(
  hosts: HostsText,
  reader: Release,
): ReadBack | { readonly refusal: Refusal } {
  const { text, directory, file } = hosts
  const read = readHostsFile(text, directory, reader)
  const parsed = parseHostsText(text, reader)
  if ('reason' in read) return { refusal: read }
  if ('reason' in parsed) return { refusal: parsed }
  const { ast } = parsed
  const { root, hosts: keysOf } = readHostsKeys(tomlValue(ast), reader)
  const names = hostOrder(ast, reader).names
  const written = read.entries.map((entry, i): WrittenHost => {
    const name = names[i]
    const at = { file, ...(entry.line !== undefined && { line: entry.line }) }
    if (name === undefined) return { entry, keys: root, at, path: [], named: 'server' }
    const path = ['host', name]
    const login = hostLogin(entry, path, ast)
    return { entry, keys: keysOf.get(name) ?? {}, at, path, named: name, ...(login && { login }) }
  })
  const unused = read.unused.map(line => ({ file, line, ...NO_HEADER }))
  const losses = written.flatMap(host => hostLosses(host, ast))
  const registry = registryOf(hosts, written)
  return {
    registries: [registry.found],
    losses: [...unknownKeyLosses(ast, file), ...unused, ...losses, ...registry.losses],
  }
}

const NO_HEADER = {
  message: 'containerd ignores this host, because no [host."…"] header names it',
  hint: 'if it is a mirror, add it to the list',
}

interface Result {
  readonly found: FoundRegistry
  readonly losses: readonly Loss[]
}

/** The entry at the root is tried last: it is the server, or takes its place (hosts.go:414-419@v2.3.4). */
function registryOf({ text, name, file }: HostsText, written: readonly WrittenHost[]): Result {
  const mirrors = written.slice(0, -1).flatMap(host => mirrorOf(host, text))
  const root = written.at(-1)
  const found = { name, mirrors, at: root?.at ?? { file }, comments: commentsOf(text, root?.at ?? { file }) }
  if (root === undefined) return { found, losses: [] }
  return isOwn(root.entry) ? ownServer(found, root) : namedServer(found, root)
}

function mirrorOf({ entry, keys, at, login }: WrittenHost, text: string): readonly FoundMirror[] {
  if (!/^https?$/.test(entry.scheme) || entry.host === '') return []
  const given = isGiven(keys) && { capabilities: entry.capabilities }
  const own = { ...given, ...(login && { login }), comments: commentsOf(text, at) }
  return [{ ...foundEndpoint(entry, keys, at), ...own }]
}

/** Without capabilities a host may do everything; nothing but pulls is what a list is for. */
function isGiven({ capabilities }: HostKeys): boolean {
  return Array.isArray(capabilities) && capabilities.length > 0
}

function isOwn({ host }: HostEntry): boolean {
  return host === ''
}

/** Without `server`, the other keys at the root are for the registry itself. */
function ownServer(found: FoundRegistry, { entry, keys, at }: WrittenHost): Result {
  const { url: _, ...settings } = foundEndpoint(entry, keys, at)
  if (!hasSettings(entry)) return { found, losses: [] }
  if (found.name === '*') return { found, losses: [{ ...at, ...ANY_SERVER, registry: '*' }] }
  return { found: { ...found, server: { ...settings, url: '' } }, losses: [] }
}

const ANY_SERVER = {
  message: 'the keys at the top are for the server of each registry, which "*" cannot have',
  hint: 'add the registries that need them to the list, each with its server',
}

function hasSettings({ ca = [], client, header, skipVerify, dialTimeout }: HostEntry): boolean {
  const named = ca.length + client.length + Object.keys(header).length
  return named > 0 || skipVerify === true || dialTimeout !== undefined
}

/** A server that may not do everything, or of every registry, is the last mirror of a registry without fallback. */
function namedServer(found: FoundRegistry, { entry, keys, at }: WrittenHost): Result {
  const server = foundEndpoint(entry, keys, at)
  const { capabilities } = entry
  const mirrors = withLast(found.mirrors, { ...server, ...(isGiven(keys) && { capabilities }) })
  const isWhole = capabilities.length === BARE.capabilities.length
  if (
    found.name === '*' ||
    (!isWhole && mirrors.some(({ capabilities: granted = PULL }) => mayResolve({ capabilities: granted })))
  )
    return { found: { ...found, mirrors, fallback: false }, losses: [] }
  const lost = { ...at, registry: found.name, ...NO_RESOLVER }
  return { found: { ...found, server }, losses: isWhole ? [] : [lost] }
}

/** A host that is there already may then do what either entry allows. */
function withLast(mirrors: readonly FoundMirror[], last: FoundMirror): readonly FoundMirror[] {
  const before = mirrors.find(({ url }) => url === last.url)
  if (before === undefined) return [...mirrors, last]
  const granted = new Set([...(before.capabilities ?? PULL), ...(last.capabilities ?? PULL)])
  const capabilities = BARE.capabilities.filter(word => granted.has(word))
  return mirrors.map(mirror => (mirror === before ? { ...mirror, capabilities } : mirror))
}

const PULL = ['pull', 'resolve'] as const

const NO_RESOLVER = {
  message:
    'no host of this file may resolve tags, so containerd pulls by digest only; the list has no such limit for a server',
  hint: 'check that this server may resolve tags',
}
