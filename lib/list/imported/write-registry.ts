/** A registry as it is written in a list, with the files that it refers to. */
import type { FoundMirror, FoundRegistry, Loss } from '../../model/read-back.ts'
import { isRefused } from '../../model/refused.ts'
import { DOCKER_HUB } from '../../model/registry.ts'
import type { CommentedMirror, CommentedRegistry } from '../format-list.ts'
import { isWrongHub } from '../server-base.ts'
import { parseApiBase } from '../values/api-base.ts'
import type { WrittenMirror, WrittenServer } from '../written.ts'
import { type ConnectionContext, hostOf, writeConnection } from './write-connection.ts'

/** An entry of the list, beside what it was made from. */
export interface WrittenEntry {
  readonly found: FoundRegistry
  readonly listed: CommentedRegistry
  readonly losses: readonly Loss[]
}

export function writeRegistry(found: FoundRegistry, context: ConnectionContext): WrittenEntry {
  const server = writeServer(found, context)
  const isMirror = found.server !== undefined && server === undefined
  const mirrors = isMirror ? [...found.mirrors, lastMirror(found.server)] : found.mirrors
  const written = mirrors.map(mirror => writeMirror(mirror, context))
  const fallback = isMirror ? false : found.fallback
  return {
    found: { ...found, mirrors },
    listed: {
      name: found.name,
      ...(found.comments && { comments: found.comments }),
      mirrors: written.map(({ listed }) => listed),
      ...(server?.written !== undefined && { server: server.written }),
      ...(fallback === false && { fallback }),
      ...(found.targets && { targets: found.targets }),
    },
    losses: [...(server?.losses ?? []), ...written.flatMap(({ losses }) => losses)],
  }
}

/** In the place of a server that the list cannot have. */
function lastMirror(server: NonNullable<FoundRegistry['server']>): FoundMirror {
  return { ...server, capabilities: ['pull', 'resolve', 'push'] }
}

interface Server {
  readonly written?: string | WrittenServer
  readonly losses: readonly Loss[]
}

/** Undefined where a list cannot have this server: its last mirror then takes its place. */
function writeServer({ name, server }: FoundRegistry, context: ConnectionContext): Server | undefined {
  if (server === undefined) return { losses: [] }
  const usual = usualServer(name)
  const apiBase = server.url === '' ? `${usual}/v2` : server.url
  const base = parseApiBase(withoutRoot(apiBase), 'server')
  if (isRefused(base) || name === '*' || !hasApiPath(apiBase)) return undefined
  const { keys, losses } = writeConnection(server, hostOf(server.url) || name, context)
  const url = base.form === 'root' ? base.origin : base.origin + base.path
  const wrong = isWrongHub(name, base) ? [{ ...server.at, registry: name, ...WRONG_HUB }] : []
  const isUsual = url === usual || wrong.length > 0
  const more = Object.keys(keys).length > 0
  if (isUsual && !more) return { losses: [...wrong, ...losses] }
  return { written: more ? { url: isUsual ? usual : url, ...keys } : url, losses: [...wrong, ...losses] }
}

function usualServer(name: string): string {
  return name === 'docker.io' ? DOCKER_HUB : `https://${name}`
}

/** A server that says no more than the name of the registry is left out. */
export function withoutUsualServer({ server, ...listed }: CommentedRegistry): CommentedRegistry {
  const url = typeof server === 'object' && Object.keys(server).length === 1 ? server.url : server
  return url === undefined || url === usualServer(listed.name) ? listed : { ...listed, server: url }
}

const WRONG_HUB = {
  message:
    'this server does not serve images of docker.io; the list leaves it out and uses registry-1.docker.io',
  hint: 'nothing to do',
}

function withoutRoot(url: string): string {
  return url.replace(/^(https?:\/\/[^/]+)\/v2$/, '$1')
}

interface Mirror {
  readonly listed: CommentedMirror
  readonly losses: readonly Loss[]
}

function writeMirror(found: FoundMirror, context: ConnectionContext): Mirror {
  const { keys, losses } = writeConnection(found, hostOf(found.url), context)
  const { dial_timeout, ...rest } = keys
  const { capabilities = [] } = found
  const isUsual = capabilities.length === 0 || (capabilities.length === 2 && !capabilities.includes('push'))
  const mirror: WrittenMirror = {
    ...writtenUrl(found.url),
    ...(!isUsual && { capabilities }),
    ...rest,
    ...(dial_timeout !== undefined && dial_timeout !== '2s' && { dial_timeout }),
  }
  const short = Object.keys(mirror).length === 1 ? mirror.url : mirror
  const { comments = [] } = found
  return { listed: { mirror: short, ...(comments.length > 0 && { comments }) }, losses }
}

/** Whether the path shows where the API starts: `/v2` first or last. */
function hasApiPath(apiBase: string): boolean {
  return /^https?:\/\/[^/]+\/v2(\/|$)|^https?:\/\/.*\/v2$/i.test(apiBase)
}

/** An API base as the list names it; the rules of the list refuse what is no URL. */
function writtenUrl(apiBase: string): Pick<WrittenMirror, 'url' | 'base'> {
  const base = parseApiBase(withoutRoot(apiBase), 'mirror')
  if (isRefused(base) || !hasApiPath(apiBase)) return { url: apiBase, base: 'exact' }
  return { url: base.form === 'root' ? base.origin : base.origin + base.path }
}
