/** What is requested from a token service. Pure. */
import { type GoUrl, parseGoUrl, toUrl } from '../../model/go-url.ts'
import { extendQuery } from './go-query.ts'

export interface TokenQuery {
  /** Where the token service is. */
  readonly url: URL
  /** What it is sent. */
  readonly target: GoUrl
}

/** Undefined where the challenge has no address that a request can be sent to. */
export function buildTokenQuery(
  params: ReadonlyMap<string, string>,
  repository: string,
): TokenQuery | undefined {
  const realm = parseGoUrl(params.get('realm') ?? '')
  if (realm === undefined || !['http', 'https'].includes(realm.scheme) || realm.host === '') return undefined
  const url = toUrl(realm)
  if (url === undefined) return undefined
  const scopes = requestedScopes(params.get('scope'), repository)
  const service = params.get('service') ?? ''
  const added = [...(service === '' ? [] : [['service', service] as const]), ...scopes.map(scopePair)]
  return { url, target: { ...realm, query: extendQuery(realm.query ?? '', added) } }
}

function scopePair(scope: string) {
  return ['scope', scope] as const
}

/** Those of the challenge and that of the repository, sorted, each once (core/remotes/docker/scope.go GetTokenScopes@v2.1.4). */
function requestedScopes(scope: string | undefined, repository: string): readonly string[] {
  const challenged = scope === undefined ? [] : scope.split(' ')
  return [...new Set([`repository:${repository}:pull`, ...challenged])].sort()
}
