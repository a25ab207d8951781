/** Endpoints of a list as locations: `host[:port][/path]`, without a scheme; the path follows `/v2` in requests. Pure. */
import {
  type ApiBase,
  baseUrl,
  type Connection,
  type Registry,
  type Server,
} from '../../../model/registry.ts'
import { containersDialect } from '../dialect.ts'

/** An endpoint that the list names, as a table has it. */
export interface ListedEndpoint {
  readonly location: string
  /** Whether http and unverified certificates are allowed: one key stands for both. */
  readonly insecure: boolean
  readonly connection: Connection
}

export function mirrorEndpoints({ mirrors }: Pick<Registry, 'mirrors'>): readonly ListedEndpoint[] {
  return mirrors.map(connection => endpointOf(locationOf(connection.base), connection))
}

/** The server, where the list names it. */
export function serverEndpoint({
  name,
  server,
}: Pick<Registry, 'name' | 'server'>): ListedEndpoint | undefined {
  if (server?.declared !== true) return undefined
  return endpointOf(isDefault(name, server) ? name : locationOf(server.base), server)
}

export function endpointsOf(registry: Registry): readonly ListedEndpoint[] {
  const server = serverEndpoint(registry)
  return server === undefined ? mirrorEndpoints(registry) : [...mirrorEndpoints(registry), server]
}

/** `host[:port]`, as directories of certificates are named. */
export function hostIn(location: string): string {
  return location.split('/', 1)[0] ?? ''
}

function endpointOf(location: string, connection: Connection): ListedEndpoint {
  const { base, skipVerify } = connection
  return { location, insecure: skipVerify || base.origin.startsWith('http:'), connection }
}

function isDefault(name: string, { base }: Server): boolean {
  return containersDialect.defaultServer(name).bases.some(other => baseUrl(other) === baseUrl(base))
}

/** Of a base of the form `root` or `prefix`. Plain http without a port would try 443 first, so its port is written. */
function locationOf({ origin, path }: ApiBase): string {
  const [, scheme, host = ''] = /^(\w+):\/\/(.*)$/.exec(origin) ?? []
  const port = scheme === 'http' && !/:\d+$/.test(host) ? ':80' : ''
  return host + port + path.replace(/^\/v2(?=\/|$)/, '')
}
