/** What a server of a behaviour replies: a registry's response, changed by the first rule that matches. Pure. */
import type { Behaviour, Change, Host, Kind, Reply, Requested, Rule } from './behaviour.ts'
import type { Contents } from './contents.ts'

type Fill = (text: string) => string

/** The response that a registry would give, and what differs from it. */
export function changeFor(
  requested: Requested,
  host: Host,
  contents: Contents,
): { readonly normal: Reply; readonly change: Change } {
  const { kind, found } = findContent(requested, host.base ?? '/v2', contents)
  const refused = host.requires !== undefined && requested.headers.authorization !== host.requires
  const normal = refused ? unauthorized(host.challenge) : found
  const rule = host.rules?.find(one => matches(one, requested, kind) && (one.beforeLogin || !refused))
  if (rule === undefined) return { normal, change: {} }
  return { normal, change: typeof rule.reply === 'function' ? rule.reply(requested, normal) : rule.reply }
}

/** The reply with its changes; a new body has its own length. */
export function finalReply(normal: Reply, change: Change, fill: Fill): Reply {
  const { status, body } = { ...normal, ...change }
  const filled = typeof body === 'string' ? fill(body) : body
  const length = change.body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(filled)) }
  const headers = mergeHeaders(mergeHeaders(normal.headers, length), change.headers ?? {})
  return { status, headers: fillHeaders(headers, fill), body: filled }
}

function mergeHeaders(before: Reply['headers'], changed: Reply['headers']): Reply['headers'] {
  const names = Object.keys(changed).map(name => name.toLowerCase())
  const kept = Object.entries(before).filter(([name]) => !names.includes(name.toLowerCase()))
  return { ...Object.fromEntries(kept), ...changed }
}

function fillHeaders(headers: Reply['headers'], fill: Fill): Reply['headers'] {
  const filled = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? fill(value) : value?.map(fill),
  ])
  return Object.fromEntries(filled)
}

function matches(rule: Rule, { method, url, headers }: Requested, kind: Kind): boolean {
  const { authorization } = headers
  if (rule.method !== undefined && rule.method !== method) return false
  if (rule.kind !== undefined && ![rule.kind].flat().includes(kind)) return false
  if (rule.path !== undefined && !rule.path.test(url)) return false
  if (rule.authorization instanceof RegExp && !rule.authorization.test(String(authorization))) return false
  if (typeof rule.authorization === 'boolean' && rule.authorization !== (authorization !== undefined))
    return false
  return rule.header === undefined || rule.header[1].test(String(headers[rule.header[0]] ?? ''))
}

function findContent(
  { url }: Requested,
  base: string,
  contents: Contents,
): { readonly kind: Kind; readonly found: Reply } {
  const [path = ''] = url.split('?')
  const ping = /^.*?\/v2(?=\/|$)/.exec(base)?.[0] ?? base
  if (path === `${ping}/`) return { kind: 'ping', found: reply(200, 'application/json', '{}') }
  const [, repository, folder, reference] =
    /^(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path.slice(base.length + 1)) ?? []
  if (!path.startsWith(`${base}/`) || repository === undefined) return { kind: 'other', found: NOT_FOUND }
  const kind = folder === 'blobs' ? 'blob' : reference?.includes(':') ? 'manifest' : 'tag'
  if (repository !== contents.repository) return { kind, found: NOT_FOUND }
  const { root, tag } = contents
  const blob =
    kind === 'tag'
      ? [root].find(() => reference === tag)
      : contents[kind === 'blob' ? 'blobs' : 'manifests'].find(({ digest }) => digest === reference)
  if (blob === undefined) return { kind, found: NOT_FOUND }
  const found = reply(200, blob.mediaType, blob.bytes)
  return { kind, found: { ...found, headers: { ...found.headers, 'Docker-Content-Digest': blob.digest } } }
}

function reply(status: number, type: string, body: string | Buffer): Reply {
  return {
    status,
    headers: {
      'Docker-Distribution-Api-Version': 'registry/2.0',
      'Content-Type': type,
      'Content-Length': String(Buffer.byteLength(body)),
    },
    body,
  }
}

const NOT_FOUND = reply(404, 'application/json', '{"errors":[{"code":"NOT_FOUND"}]}')

function unauthorized(challenge: Behaviour['hosts']['mirror']['challenge']): Reply {
  const refused = reply(401, 'application/json', '{"errors":[{"code":"UNAUTHORIZED"}]}')
  return challenge === undefined
    ? refused
    : { ...refused, headers: { ...refused.headers, 'WWW-Authenticate': challenge } }
}
