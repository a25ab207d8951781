/** What is requested from a token service. Pure. */
import { extendQuery } from './go-query.ts'
import { parseRealm, type Realm } from './realm.ts'

export interface TokenQuery extends Realm {
  /** In the order in which they are requested. */
  readonly scopes: readonly string[]
}

/** Undefined where the challenge has no address that a request can be sent to. */
export function buildTokenQuery(
  params: ReadonlyMap<string, string>,
  repository: string,
): TokenQuery | undefined {
  const realm = parseRealm(params.get('realm') ?? '')
  if (realm === undefined) return undefined
  const scopes = requestedScopes(params.get('scope'), repository)
  const service = params.get('service') ?? ''
  const added = [...(service === '' ? [] : [['service', service] as const]), ...scopes.map(scopePair)]
  const url = new URL(realm.url)
  url.search = extendQuery(realm.url.search.slice(1), added)
  return { ...realm, url, scopes }
}

function scopePair(scope: string) {
  return ['scope', scope] as const
}

/** Those of the challenge and that of the repository, sorted, each once (core/remotes/docker/scope.go GetTokenScopes@v2.1.4). */
function requestedScopes(scope: string | undefined, repository: string): readonly string[] {
  const challenged = scope === undefined ? [] : scope.split(' ')
  return [...new Set([`repository:${repository}:pull`, ...challenged])].sort()
}
