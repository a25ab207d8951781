/** The endpoints that registries.yaml has for a registry of a list. Pure. */
import { baseUrl, type Connection, type Registry } from '../../../model/registry.ts'
import { k3sDialect } from '../dialect.ts'

/** The path is used as it is where it is more than `/v2`, so that the API base is what is written. */
function endpointText({ base }: Pick<Connection, 'base'>): string {
  return base.form === 'root' ? base.origin : baseUrl(base)
}

/**
 * The mirrors, then the server where it is not the usual one, or where the node has no usual one: an endpoint that is last
 * and the usual server counts as that, so it does no harm.
 */
export function endpointsOf({ mirrors, server, fallback, name }: Registry, noDefault: boolean) {
  const urls = mirrors.map(endpointText)
  if (server === undefined || !fallback || name === '*') return urls
  const usual = k3sDialect.defaultServer(name).bases[0].origin
  const text = endpointText(server)
  return text !== usual || (noDefault && urls.length > 0) ? [...urls, text] : urls
}

/** An API base without a path cannot be written: k3s reads it as `/v2`. */
export function isWritable({ base }: Pick<Connection, 'base'>): boolean {
  return base.form !== 'exact' || !['', '/'].includes(base.path)
}
