/** URLs as Go reads them, which differs from URL of browsers and Node: net/url/url.go@go1.24. Pure. */

/** Texts are bytes as Latin-1, as they come in a header. */
export interface GoUrl {
  /** In lower case; empty in a reference. */
  readonly scheme: string
  /** Undefined where the url has none; the password may be missing. */
  readonly user: { readonly name: string; readonly password: string | undefined } | undefined
  /** Name and port, without escapes; empty in a reference. */
  readonly host: string
  /** With escapes, as it is sent. */
  readonly path: string
  /** As it was written, without the question mark. */
  readonly query: string | undefined
  /** What follows the scheme where that is not a path: `mailto:x`. */
  readonly opaque: string
}

/** The bytes of a text, as Latin-1. */
export function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** Undefined where Go reports an error. The fragment is checked and dropped. */
export function parseGoUrl(text: string): GoUrl | undefined {
  const [whole = '', ...fragment] = text.split('#')
  if (/[\0-\x1f\x7f]/.test(text) || whole.startsWith(':')) return undefined
  if (unescapeAll(fragment.join('#')) === undefined) return undefined
  const [, scheme = '', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):)?(.*)$/i.exec(whole) ?? []
  const mark = rest.indexOf('?')
  const before = mark === -1 ? rest : rest.slice(0, mark)
  const shared = { scheme: scheme.toLowerCase(), query: mark === -1 ? undefined : rest.slice(mark + 1) }
  if (!before.startsWith('/')) {
    if (scheme !== '') return { ...shared, user: undefined, host: '', path: '', opaque: before }
    if (/^[^/]*:/.test(before)) return undefined
  }
  return parseHierarchy(before, shared)
}

function parseHierarchy(text: string, shared: Pick<GoUrl, 'scheme' | 'query'>): GoUrl | undefined {
  const hasAuthority = text.startsWith('//') && (shared.scheme !== '' || !text.startsWith('///'))
  const [, authority, rest] = hasAuthority ? (/^\/\/([^/]*)(.*)$/.exec(text) ?? []) : [text, '', text]
  const parsed = parseAuthority(authority ?? '')
  const path = escapePath(rest ?? '')
  return parsed === undefined || path === undefined ? undefined : { ...shared, ...parsed, path, opaque: '' }
}

function parseAuthority(text: string): Pick<GoUrl, 'user' | 'host'> | undefined {
  const at = text.lastIndexOf('@')
  const host = parseHost(text.slice(at + 1))
  if (host === undefined || at === -1) return host === undefined ? undefined : { user: undefined, host }
  const userinfo = text.slice(0, at)
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(userinfo)) return undefined
  const [, name, password] = /^([^:]*)(?::(.*))?$/.exec(userinfo)?.map(unescapeAll) ?? []
  const failed = name === undefined || (password === undefined && userinfo.includes(':'))
  return failed ? undefined : { user: { name, password }, host }
}

/** Of several colons only the last one needs a port. In a host name only bytes that are not ASCII may be escaped. */
function parseHost(text: string): string | undefined {
  const isForm = /^(?:\[[^\]]*\](?::\d*)?|(?!\[)(?:[^:]*|.*:\d*))$/.test(text)
  if (!isForm || /[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\x80-\xff]/.test(text)) return undefined
  return /%(?!25|[89a-f][0-9a-f])/i.test(text) ? undefined : unescapeAll(text)
}

const PATH_AS_SENT = /^[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]*$/

/** Go sends a path as it was written, if every character of it may be in a path. */
function escapePath(text: string): string | undefined {
  const plain = unescapeAll(text)
  if (plain === undefined || PATH_AS_SENT.test(text)) return plain && text
  return plain.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@]/g, escapeByte)
}

export function escapeByte(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** Undefined if a percent sign is not followed by two digits. */
export function unescapeAll(text: string | undefined): string | undefined {
  if (text === undefined || /%(?![0-9a-f]{2})/i.test(text)) return undefined
  return text.replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)))
}

/** The url that a reference leads to from `base` (url.go ResolveReference). */
export function resolveGoUrl(base: GoUrl, text: string): GoUrl | undefined {
  const reference = parseGoUrl(text)
  if (reference === undefined || reference.opaque !== '') return reference
  const scheme = reference.scheme || base.scheme
  if (reference.scheme !== '' || reference.host !== '' || reference.user !== undefined)
    return { ...reference, scheme, path: withoutDots(reference.path) }
  const { path } = reference
  const query = path === '' ? (reference.query ?? base.query) : reference.query
  return { ...base, query, path: withoutDots(joinPaths(base.path, path)) }
}

function joinPaths(base: string, path: string): string {
  if (path === '' || path.startsWith('/')) return path || base
  return base.slice(0, base.lastIndexOf('/') + 1) + path
}

function withoutDots(path: string): string {
  if (path === '') return ''
  const all = path.split('/')
  const kept: string[] = []
  for (const part of all) {
    if (part === '..') kept.pop()
    else if (part !== '.') kept.push(part)
  }
  const end = ['.', '..'].includes(all.at(-1) ?? '') ? '/' : ''
  return `/${kept.join('/')}${end}`.replace(/^\/\//, '/')
}

/** What a request for the url names after its method (url.go RequestURI). */
export function requestUri({ path, query }: GoUrl): string {
  return (path || '/') + (query === undefined ? '' : `?${query}`)
}

/** The url to connect to, without what only Go's reading keeps; undefined if its host can be no name or address. */
export function toUrl({ scheme, host }: GoUrl): URL | undefined {
  const text = `${scheme}://${Buffer.from(host, 'latin1').toString('utf8')}/`
  return URL.parse(text) ?? undefined
}

/** The name or address, without brackets, in lower case. */
export function hostNameOf({ host }: GoUrl): string {
  return host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
}

export function portNumberOf({ host, scheme }: GoUrl): string {
  return /:(\d+)$/.exec(host)?.[1] ?? (scheme === 'https' ? '443' : '80')
}

/** The host as a request names it: without a zone, and without a colon that no port follows. */
export function hostHeader(url: GoUrl): string {
  if (/[\x80-\xff]/.test(url.host)) return toUrl(url)?.host ?? ''
  return url.host.replace(/%[^\]]*(?=\])/, '').replace(/:$/, '')
}

/** The whole url without user and fragment. */
export function urlText({ scheme, host, path, query }: GoUrl): string {
  return `${scheme}://${host}${path}${query === undefined ? '' : `?${query}`}`
}
