/** Whether anybody can serve a registry, as far as is known. Pure. */
import { baseUrl, mayFallBack, type Registry } from '../model/registry.ts'
import { type Health, isUsable } from './mirror-health.ts'
import type { KnownHealth } from './select.ts'

/** What is known of those who may be asked for a registry. */
export interface Availability {
  readonly mirrors: readonly { readonly health: Health }[]
  readonly server?: { readonly up: boolean | undefined }
}

/** Those of a registry. */
export function availabilityOf(registry: Registry, known: KnownHealth): Availability {
  const { name } = registry
  const healthOf = (url: string) => known.health(name, url) ?? 'up'
  return {
    mirrors: registry.mirrors.map(({ base }) => ({ health: healthOf(baseUrl(base)) })),
    ...(mayFallBack(registry) && { server: { up: known.serverUp(name) } }),
  }
}

/** Whether anything that may be asked can serve the registry; undefined while nobody knows. */
export function canServe({ mirrors, server }: Availability): boolean | undefined {
  if (mirrors.some(({ health }) => isUsable(health))) return true
  return server === undefined ? false : server.up
}

/** Why nobody can, or none is known to. */
export function whyUnavailable({ server }: Availability): string {
  if (server === undefined) return 'no mirror is well, and there is no server that may be asked'
  const words =
    server.up === undefined ? 'whether its server answers is not known yet' : 'its server does not answer'
  return `no mirror is well, and ${words}`
}
