/**
 * A url of the list as an API base. Runtimes read the same path differently, so the list accepts only paths that show
 * where `/v2` is, or `base = "exact"`. Pure.
 */
import { isRefused, type Refused } from '../../model/refused.ts'
import type { ApiBase, BaseForm } from '../../model/registry.ts'
import type { WrittenMirror } from '../written.ts'
import { type Authority, parseAuthority } from './authority.ts'

interface UrlParts {
  readonly scheme: string
  readonly authority: Authority
  readonly path: string
}

/** What the url belongs to; the path of an `exact` mirror is used unchanged. */
type UrlKind = 'server' | 'mirror' | 'exact'

export function parseMirrorBase({ url, base }: Pick<WrittenMirror, 'url' | 'base'>): ApiBase | Refused {
  return parseApiBase(url, base ?? 'mirror')
}

/** Reads a url. Never quotes one that holds credentials. */
export function parseApiBase(text: string, kind: UrlKind): ApiBase | Refused {
  const parts = splitUrl(text)
  if (isRefused(parts)) return parts
  const path = parts.path.replace(/\/$/, '')
  const form = kind === 'exact' ? 'exact' : parseForm(path, kind)
  if (typeof form !== 'string') return form
  return { origin: formatOrigin(parts.scheme, parts.authority), path: form === 'root' ? '/v2' : path, form }
}

/** `https://name:port` without the port that the scheme implies. */
function formatOrigin(scheme: string, { name, port }: Authority): string {
  const implied = scheme === 'https' ? '443' : '80'
  return port === undefined || port === implied ? `${scheme}://${name}` : `${scheme}://${name}:${port}`
}

function splitUrl(text: string): UrlParts | Refused {
  if (text === '')
    return { message: 'the URL is empty', hint: 'write a URL such as "https://mirror.example.com"' }
  if (!/^[\x21-\x7e]*$/.test(text)) {
    return {
      message: 'the URL contains a space, a control character or a character outside ASCII',
      hint: 'write an international name as xn--…',
    }
  }
  const parts = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#\\]*)([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(text)
  const [, scheme, authority = '', path = '', query, fragment] = parts ?? []
  if (text.includes('@')) {
    return {
      message: 'the URL contains credentials ("@")',
      hint: 'use header = { Authorization = { basic = { user = "…", password = { file = "…" } } } }',
    }
  }
  if (scheme === undefined) return { message: 'the URL has no scheme', hint: schemeHint(text) }
  if (!/^https?$/i.test(scheme)) return { message: `the scheme must be https or http, not ${scheme}` }
  if (query !== undefined) return { message: 'the URL contains a query ("?")', hint: 'remove it' }
  if (fragment !== undefined) return { message: 'the URL contains a fragment ("#")', hint: 'remove it' }
  const read = parseAuthority(authority)
  if (isRefused(read)) return { ...read, message: `the URL ${read.message}` }
  return pathProblem(path) ?? { scheme: scheme.toLowerCase(), authority: read, path }
}

function schemeHint(text: string): string {
  if (/^url:/i.test(text)) return 'write a space after "url:"'
  const rest = text.replace(/^(https?)?:?\/+/i, '')
  if (!/^[\w.:[\]-]+(\/[\w./-]*)?$/.test(rest)) return 'start it with https:// or http://'
  // A mirror with a port is often a cache without TLS.
  const orPlain = /^[^/]*:\d+(\/|$)/.test(rest) ? `, or "http://${rest}" if it has no TLS` : ''
  return `write "https://${rest}"${orPlain}`
}

function pathProblem(path: string): Refused | undefined {
  if (path.includes('%'))
    return { message: 'the path is percent-encoded', hint: 'write the plain characters' }
  const strange = /[^\w.~/:!$&()*+,=-]/.exec(path)?.[0]
  if (strange !== undefined)
    return { message: `the path contains ${JSON.stringify(strange)}`, hint: 'remove it' }
  const segments = segmentsOf(path.replace(/\/$/, ''))
  if (segments.includes('')) return { message: 'the path contains "//"', hint: 'write a single "/"' }
  if (segments.includes('.') || segments.includes('..'))
    return { message: 'the path contains "." or ".."', hint: 'write the path without them' }
  return undefined
}

function parseForm(path: string, kind: UrlKind): BaseForm | Refused {
  const segments = segmentsOf(path)
  const count = segments.filter(segment => segment === 'v2').length
  if (count > 1) return { message: 'the path contains "v2" twice', hint: 'keep the one where the API starts' }
  if (segments.length === 0 || path === '/v2') return 'root'
  if (segments[0] === 'v2') return 'prefix'
  return segments.at(-1) === 'v2' ? 'mounted' : ambiguous(path, count, kind)
}

function ambiguous(path: string, count: number, kind: UrlKind): Refused {
  const message = `the path "${path}" does not show where the API starts`
  const exact = kind === 'mirror' ? ', or set base = "exact" to use it unchanged' : ''
  if (count > 0) return { message, hint: `move "v2" to the start or the end${exact}` }
  return {
    message,
    hint: `write "/v2${path}" for repositories below "${path.slice(1)}", "${path}/v2" for a registry below that path${exact}`,
  }
}

function segmentsOf(path: string): string[] {
  return path === '' ? [] : path.slice(1).split('/')
}
