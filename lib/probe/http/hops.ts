/** The headers that travel along a chain of redirects: net/http/client.go do, makeHeadersCopier. Pure. */
import { type GoUrl, hostNameOf, portNumberOf, urlText } from '../../model/go-url.ts'
import type { GoRelease } from '../../targets/pull-client.ts'
import { type Headers, hasHeader } from './headers.ts'
import { basicAuthorization } from './proxies.ts'

/** One request of a chain of redirects. */
export interface Hop {
  readonly target: GoUrl
  readonly headers: Headers
}

/** The request that follows a redirect: the headers of the first one, without secrets that go to another host. */
export function nextHop(hops: readonly Hop[], target: GoUrl, go: GoRelease): Hop {
  const [first, previous] = [hops[0] as Hop, hops.at(-1) as Hop]
  const keeps = keepsSecrets([...hops.map(hop => hop.target), target], go)
  const kept = Object.entries(first.headers).filter(([name]) => keeps || !isSecret(name, go))
  const headers = Object.fromEntries(kept)
  return withUser({ target, headers: { ...headers, ...referer(previous, target, headers) } })
}

/** The user of the url is sent where there is no other Authorization (client.go send). */
export function withUser(hop: Hop): Hop {
  const { headers, target } = hop
  if (target.user === undefined || hasHeader(headers, 'authorization')) return hop
  return { target, headers: { ...headers, authorization: basicAuthorization(target.user) } }
}

const SECRETS: readonly string[] = ['authorization', 'www-authenticate', 'cookie', 'cookie2']
const PROXY_SECRETS: readonly string[] = ['proxy-authorization', 'proxy-authenticate']

function isSecret(name: string, go: GoRelease): boolean {
  return [...SECRETS, ...(go === '1.19' ? [] : PROXY_SECRETS)].includes(name.toLowerCase())
}

/**
 * Secrets stay on the host and go to its sub-domains. Up to 1.19 the port counts too, and each redirect is compared
 * with the one before it; later, what was dropped once stays away.
 */
function keepsSecrets(targets: readonly GoUrl[], go: GoRelease): boolean {
  if (go === '1.19') return isWithin(addressOf(targets.at(-1)), addressOf(targets.at(-2)))
  return targets.every(target => isWithin(hostNameOf(target), hostNameOf(targets[0] as GoUrl)))
}

function addressOf(target: GoUrl | undefined): string {
  return target === undefined ? '' : `${hostNameOf(target)}:${portNumberOf(target)}`
}

function isWithin(host: string, parent: string): boolean {
  return host === parent || (!/[:%]/.test(host.replace(/:\d+$/, '')) && host.endsWith(`.${parent}`))
}

/** Go sends none from https to http, and keeps the one of the list (since 1.20). */
function referer({ target: from }: Hop, to: GoUrl, headers: Headers): Headers {
  const isDowngrade = from.scheme === 'https' && to.scheme === 'http'
  return isDowngrade || hasHeader(headers, 'referer') ? {} : { referer: urlText(from) }
}
