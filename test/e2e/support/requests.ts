/** The requests that a route means, in the words of the logs of the loopback registries and of the world outside. */
import type { EffectiveEndpoint, PullRoute } from '../../../lib/targets/pull-route.ts'

/** The first request to each endpoint in turn; `heard`: origins on loopback that write a log. */
export function requestsOf(route: PullRoute, heard: readonly string[]): readonly string[] {
  const needs = route.image?.reference.includes(':') ? (['pull'] as const) : (['pull', 'resolve'] as const)
  return route.endpoints
    .filter(({ capabilities }) => needs.every(need => capabilities.includes(need)))
    .filter(({ problem, dialTimeout }) => problem === undefined && !dialTimeout?.startsWith('-'))
    .flatMap(endpoint => seen(endpoint, route, heard))
}

function seen(
  { url, plainUrl, ns }: EffectiveEndpoint,
  { image }: PullRoute,
  heard: readonly string[],
): string[] {
  const query = ns === undefined ? '' : `?ns=${encodeURIComponent(ns)}`
  const rest = `/${image?.repository}/manifests/${image?.reference}${query}`
  const [, scheme, host = ''] = /^(\w+):\/\/([^/]*)/.exec(url) ?? []
  if (isLoopback(host)) {
    // A registry without TLS logs an https request only after the retry over plain http.
    const plain = plainUrl ?? url
    return heard.some(origin => plain.startsWith(`${origin}/`) || plain === origin)
      ? [decoded(plain + rest)]
      : []
  }
  if (scheme === 'http') return [decoded(url + rest)]
  return [/:\d+$/.test(host) ? host : `${host.replace(/:$/, '')}:443`]
}

/** Requests to this machine go through no proxy. */
function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d*)?$/.test(host)
}

export function decoded(url: string): string {
  return decodeURIComponent(url)
}
