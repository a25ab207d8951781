/** URIs in certificates, as Go reads them: net/url/url.go parse@go1.24. Pure. */
import { reverseLabels } from './domain.ts'

/** Whether Go accepts it as an alternative name. */
export function isUri(text: string): boolean {
  const { scheme, rest } = splitScheme(text)
  if (!/^[^\x00-\x1f\x7f]*$/.test(text) || /%(?![0-9a-f]{2})/i.test(rest)) return false
  const [segment = ''] = rest.split('/')
  if (scheme === '' && segment.includes(':')) return false
  const { host, port } = splitHost(rest)
  if (port !== '' && !/^:\d*$/.test(port)) return false
  return host === '' || reverseLabels(host + port) !== undefined
}

/** The host name; empty if there is none. */
export function uriHost(text: string): string {
  return splitHost(splitScheme(text).rest).host
}

function splitScheme(text: string): { readonly scheme: string; readonly rest: string } {
  const [whole = '', scheme = ''] = /^([a-z][a-z0-9+.-]*):/i.exec(text) ?? []
  return { scheme, rest: text.slice(whole.length) }
}

/** An address of IPv6 keeps its brackets. */
function splitHost(rest: string): { readonly host: string; readonly port: string } {
  const [, authority = ''] = /^\/\/([^/?#]*)/.exec(rest) ?? []
  const named = authority.slice(authority.lastIndexOf('@') + 1)
  const [, host = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(.*)$/.exec(named) ?? []
  return { host, port }
}
