/** The address of a token service, as Go reads it (net/url/url.go Parse@go1.24). Pure. */
import { unescapeBytes } from './go-query.ts'

export interface Realm {
  /** Without user and fragment. */
  readonly url: URL
  /** Value of Authorization, where it names a user (net/http/client.go send@go1.24). */
  readonly authorization: string | undefined
}

const PARTS = /^(https?):\/\/(?:([^/?#]*)@)?([^/?#]*)([^?#]*)(\?[^#]*)?(?:#(.*))?$/is
const USER = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/
const HOST = /^[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"\u0080-\u{10ffff}]+$/u

/** Undefined where a request to it fails before it is sent. */
export function parseRealm(text: string): Realm | undefined {
  const [, scheme = '', user, host = '', path = '', query = '', fragment = ''] = PARTS.exec(text) ?? []
  if (/[\u0000-\u001f\u007f]/.test(text) || !HOST.test(host) || !USER.test(user ?? '')) return undefined
  if ([path, fragment, user].some(part => unescapeBytes(part ?? '') === undefined)) return undefined
  const full = `${scheme}://${host}${path}${query}`
  if (!URL.canParse(full)) return undefined
  return { url: new URL(full), authorization: user === undefined ? undefined : basicOf(user) }
}

function basicOf(user: string): string {
  const [, name = '', password = ''] = /^([^:]*):?([\s\S]*)$/.exec(user) ?? []
  const bytes = [name, password].map(part => unescapeBytes(part)).join(':')
  return `Basic ${Buffer.from(bytes, 'latin1').toString('base64')}`
}
