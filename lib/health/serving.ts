/** Whether anybody can serve a registry, as far as is known. Pure. */
import { baseUrl, mayFallBack, type Registry } from '../registry.ts'
import type { Known } from './listing.ts'
import { type Health, isWell } from './standing.ts'

/** What is known of those who may be asked for a registry. */
export interface Servers {
  readonly mirrors: readonly { readonly health: Health }[]
  readonly server?: { readonly up: boolean | undefined }
}

/** Those of a registry. */
export function serversOf(registry: Registry, known: Known): Servers {
  const { name } = registry
  const healthOf = (url: string) => known.health(name, url) ?? 'up'
  return {
    mirrors: registry.mirrors.map(({ base }) => ({ health: healthOf(baseUrl(base)) })),
    ...(mayFallBack(registry) && { server: { up: known.serverUp(name) } }),
  }
}

/** Whether anything that may be asked can serve the registry; undefined while nobody knows. */
export function canServe({ mirrors, server }: Servers): boolean | undefined {
  if (mirrors.some(({ health }) => isWell(health))) return true
  return server === undefined ? false : server.up
}

/** Why nobody can, or none is known to. */
export function whyNobody({ server }: Servers): string {
  if (server === undefined) return 'no mirror is well, and there is no server that may be asked'
  const words =
    server.up === undefined ? 'whether its server answers is not known yet' : 'its server does not answer'
  return `no mirror is well, and ${words}`
}
