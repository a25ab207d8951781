/** A mirror with the address of the registry's own server. Pure. */
import { isDeepStrictEqual } from 'node:util'
import {
  type Attachment,
  baseUrl,
  type Connection,
  type Mirror,
  type Registry,
} from '../../model/registry.ts'
import type { WrittenMirror } from '../written.ts'

/** Before another mirror it may stand for an order, the registry first, but not with settings of its own. */
export function lintOwnServer(
  mirror: Mirror,
  { server, mirrors }: Registry,
  written: WrittenMirror,
): string | undefined {
  if (server === undefined || baseUrl(server.base) !== baseUrl(mirror.base)) return undefined
  const isLast = mirrors.at(-1) === mirror
  const keys = differentSettings(mirror, server, written)
  if (keys.length > 0) return settingsMessage(mirror, keys, isLast)
  return isLast && written.capabilities === undefined
    ? "this mirror is the registry's own server, which nodes try last; remove the mirror"
    : undefined
}

/** No value is shown: it may be a secret. */
function settingsMessage({ base }: Mirror, keys: readonly string[], isLast: boolean): string {
  const url = base.form === 'root' ? base.origin : baseUrl(base)
  const table = [`url = "${url}"`, ...keys.map(key => `${key} = …`)].join(', ')
  const remedy = isLast
    ? 'remove the mirror, and put its settings at the server'
    : 'put its settings at the server too'
  return `nodes contact the registry's own server twice, the second time without the ${keys.join(', ')} of this mirror; ${remedy}: server = { ${table} }`
}

/** The keys that the mirror has and the server has not, or with another value. */
function differentSettings(mirror: Mirror, server: Connection, written: WrittenMirror): readonly string[] {
  // Every mirror has a dial_timeout; it counts where it is written for this one.
  const dialTimeout = written.dial_timeout === undefined ? undefined : mirror.dialTimeout
  const settings = new Map(settingsOf(server, server.dialTimeout))
  return settingsOf(mirror, dialTimeout)
    .filter(([key, value]) => value !== undefined && !isDeepStrictEqual(value, settings.get(key)))
    .map(([key]) => key)
}

/** A setting that is not set is undefined. */
function settingsOf(
  { ca, client, skipVerify, header }: Connection,
  dialTimeout: string | undefined,
): readonly (readonly [key: string, value: unknown])[] {
  const textOf = ({ text }: Attachment) => text
  return [
    ['ca', ca.length === 0 ? undefined : ca.map(textOf)],
    ['client', client && [client.cert, client.key].map(textOf)],
    ['skip_verify', skipVerify || undefined],
    ['header', Object.keys(header).length === 0 ? undefined : header],
    ['dial_timeout', dialTimeout],
  ]
}
