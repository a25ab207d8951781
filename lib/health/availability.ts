/** Whether pulls from a registry can work, as far as probes show. Pure. */

import { NO_ENDPOINT } from '../model/no-endpoint.ts'
import { baseUrl, mayFallBack, type Registry } from '../model/registry.ts'
import { type Health, isUsable } from './health.ts'
import type { KnownHealth } from './select.ts'

/** What is known of the endpoints of a registry. */
export interface Availability {
  readonly mirrors: readonly { readonly health: Health }[]
  /** Absent where the registry has no server to fall back to. */
  readonly server?: { readonly usable: boolean | undefined }
}

export function buildAvailability(registry: Registry, known: KnownHealth): Availability {
  const { name } = registry
  const healthOf = (url: string) => known.health(name, url) ?? 'healthy'
  return {
    mirrors: registry.mirrors.map(({ base }) => ({ health: healthOf(baseUrl(base)) })),
    ...(mayFallBack(registry) && { server: { usable: known.serverUsable(name) } }),
  }
}

/** Whether some endpoint can serve the registry; undefined while that is not known. */
export function canServe({ mirrors, server }: Availability): boolean | undefined {
  if (mirrors.some(({ health }) => isUsable(health))) return true
  return server === undefined ? false : server.usable
}

/** Why no endpoint can, or none is known to. */
export function whyUnavailable({ server }: Availability): string {
  if (server === undefined) return 'no mirror is healthy, and there is no server to fall back to'
  return server.usable === undefined ? 'no mirror is healthy, and the server was not probed yet' : NO_ENDPOINT
}
