/** The requests that the report of `explain` announces for a whole pull, in the words of the logs of a test. */
import type { ExplainedEndpoint, ExplainedRoute } from '../../../lib/model/explain-report.ts'
import { configDigest, manifestDigest } from './pull-origins.ts'

interface Pull {
  readonly repository: string
  /** The origins on loopback that write a log. */
  readonly heard: readonly string[]
  /** The one of them that has the manifest. */
  readonly serving: string
}

/** The tag or digest, the manifest, and the config, which no endpoint has. */
export function announcedRequests({ endpoints, failure }: ExplainedRoute, pull: Pull): readonly string[] {
  if (failure !== undefined) return []
  const usable = endpoints.filter(({ problem, dial_timeout }) => !problem && !dial_timeout?.startsWith('-'))
  const resolvers = usable.filter(({ requests }) => requests.resolve !== undefined)
  const resolving = until(resolvers, pull.serving)
  const resolved = lines('HEAD', resolving, ({ requests }) => requests.resolve ?? '', pull)
  if (resolvers.length === 0 || !servesAny(resolving, pull.serving)) return resolved
  const manifest = manifestDigest(pull.repository)
  const fetching = until(usable, pull.serving)
  return [
    ...resolved,
    ...lines('GET', fetching, ({ requests }) => requests.manifest.replace('{digest}', manifest), pull),
    ...lines(
      'GET',
      usable,
      ({ requests }) => requests.blob.replace('{digest}', configDigest(pull.repository)),
      pull,
    ),
  ]
}

/** Up to the first endpoint that serves. */
function until(endpoints: readonly ExplainedEndpoint[], serving: string): readonly ExplainedEndpoint[] {
  const nth = endpoints.findIndex(one => isAt(one, serving))
  return nth === -1 ? endpoints : endpoints.slice(0, nth + 1)
}

function servesAny(endpoints: readonly ExplainedEndpoint[], serving: string): boolean {
  return endpoints.some(one => isAt(one, serving))
}

function isAt({ url, plain_url = url }: ExplainedEndpoint, origin: string): boolean {
  return plain_url === origin || plain_url.startsWith(`${origin}/`)
}

function lines(
  method: string,
  endpoints: readonly ExplainedEndpoint[],
  urlOf: (endpoint: ExplainedEndpoint) => string,
  { heard }: Pull,
): readonly string[] {
  return endpoints.flatMap(endpoint => {
    const { url, plain_url = url } = endpoint
    const [, scheme, host = ''] = /^(\w+):\/\/([^/]*)/.exec(url) ?? []
    const request = urlOf(endpoint).replace(url, plain_url)
    // A registry without TLS logs a request over https only after the retry over plain http.
    if (isLoopback(host)) return heard.some(origin => isAt(endpoint, origin)) ? [`${method} ${request}`] : []
    if (scheme === 'http') return [`${method} ${request}`]
    return [`CONNECT ${/:\d+$/.test(host) ? host : `${host.replace(/:$/, '')}:443`}`]
  })
}

/** Requests to this machine go through no proxy. */
function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d*)?$/.test(host)
}
