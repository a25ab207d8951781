/**
 * A url of the list as an API base. The same path means different requests in different runtimes, so the list
 * accepts only paths that say where `/v2` is, or `base = "exact"`. Pure.
 */
import type { ApiBase, BaseForm } from '../../model/registry.ts'
import { type Authority, parseAuthority } from './authority.ts'
import { isRefused, type Refused } from './refused.ts'

interface UrlParts {
  readonly scheme: string
  readonly authority: Authority
  readonly path: string
}

/** Whose url it is; the path of an `exact` mirror is taken as it stands. */
export type UrlKind = 'server' | 'mirror' | 'exact'

/** Reads a url. Never quotes one that holds credentials. */
export function parseApiBase(text: string, kind: UrlKind): ApiBase | Refused {
  const parts = splitUrl(text)
  if (isRefused(parts)) return parts
  const path = parts.path.replace(/\/$/, '')
  const form = kind === 'exact' ? 'exact' : formOf(path, kind)
  if (typeof form !== 'string') return form
  return { origin: originOf(parts.scheme, parts.authority), path: form === 'root' ? '/v2' : path, form }
}

/** `https://name:port` without the port that the scheme implies. */
function originOf(scheme: string, { name, port }: Authority): string {
  const implied = scheme === 'https' ? '443' : '80'
  return port === undefined || port === implied ? `${scheme}://${name}` : `${scheme}://${name}:${port}`
}

function splitUrl(text: string): UrlParts | Refused {
  if (text === '') return { message: 'the url is empty' }
  if (!/^[\x21-\x7e]*$/.test(text)) {
    return {
      message: 'the url holds a space, a control character or a letter outside ASCII',
      hint: 'write such names as xn--…',
    }
  }
  const parts = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#\\]*)([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(text)
  const [, scheme, authority = '', path = '', query, fragment] = parts ?? []
  if (text.includes('@')) {
    return {
      message: 'the url holds credentials ("@")',
      hint: 'give them as header = { Authorization = { file = "…" } }',
    }
  }
  if (scheme === undefined) return { message: 'the url has no scheme', hint: spelledOut(text) }
  if (!/^https?$/i.test(scheme)) return { message: `the scheme must be https or http, not ${scheme}` }
  if (query !== undefined) return { message: 'the url holds a query ("?")', hint: 'drop it' }
  if (fragment !== undefined) return { message: 'the url holds a fragment ("#")', hint: 'drop it' }
  const read = parseAuthority(authority)
  if (isRefused(read)) return { ...read, message: `the url ${read.message}` }
  return pathProblem(path) ?? { scheme: scheme.toLowerCase(), authority: read, path }
}

function spelledOut(text: string): string {
  if (/^url:/i.test(text)) return 'write a space after "url:"'
  const rest = text.replace(/^(https?)?:?\/+/i, '')
  if (!/^[\w.:[\]-]+(\/[\w./-]*)?$/.test(rest)) return 'it begins with https:// or http://'
  // A port is often that of a cache without TLS.
  const orPlain = /^[^/]*:\d+(\/|$)/.test(rest) ? `, or "http://${rest}" where there is no TLS` : ''
  return `write "https://${rest}"${orPlain}`
}

function pathProblem(path: string): Refused | undefined {
  if (path.includes('%'))
    return { message: 'the path is percent-encoded', hint: 'write the plain characters' }
  const strange = /[^\w.~/:!$&()*+,=-]/.exec(path)?.[0]
  if (strange !== undefined) return { message: `the path holds ${JSON.stringify(strange)}` }
  const segments = segmentsOf(path.replace(/\/$/, ''))
  if (segments.includes('')) return { message: 'the path holds "//"', hint: 'write a single "/"' }
  if (segments.includes('.') || segments.includes('..')) {
    return { message: 'the path holds "." or ".."', hint: 'write where it really leads' }
  }
  return undefined
}

function formOf(path: string, kind: UrlKind): BaseForm | Refused {
  const segments = segmentsOf(path)
  const count = segments.filter(segment => segment === 'v2').length
  if (count > 1) return { message: 'the path holds "v2" twice', hint: 'keep the one where the API begins' }
  if (segments.length === 0 || path === '/v2') return 'root'
  if (segments[0] === 'v2') return 'prefix'
  return segments.at(-1) === 'v2' ? 'mounted' : bothSpellings(path, count, kind)
}

function bothSpellings(path: string, count: number, kind: UrlKind): Refused {
  const message = `the path "${path}" does not say where the API begins`
  const exact = kind === 'mirror' ? ', or set base = "exact" to take it as it stands' : ''
  if (count > 0) return { message, hint: `put "v2" first or last${exact}` }
  return {
    message,
    hint: `write "/v2${path}" for repositories under "${path.slice(1)}", "${path}/v2" for a registry mounted there${exact}`,
  }
}

function segmentsOf(path: string): string[] {
  return path === '' ? [] : path.slice(1).split('/')
}
