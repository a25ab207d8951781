/** Registries that nothing can be pulled from, as far as anybody knows. Pure. */
import { baseUrl, mayFallBack, type Registry } from '../registry.ts'
import type { Known } from './listing.ts'
import { isWell } from './standing.ts'

/** Whether no mirror of it is well, and its server is not known to answer. One without mirrors is asked nothing. */
export function isOut(registry: Registry, known: Known): boolean {
  const { name, mirrors } = registry
  const isIll = (url: string) => !isWell(known.health(name, url) ?? 'up')
  const server = mayFallBack(registry) && known.serverUp(name) === true
  return mirrors.length > 0 && !server && mirrors.every(({ base }) => isIll(baseUrl(base)))
}

/** Why the server is no help either. `none`: nobody may ask one. */
export function serverWords(server: 'silent' | 'unknown' | 'none'): string {
  return {
    silent: 'its server does not answer',
    unknown: 'whether its server answers is not known yet',
    none: 'there is no server that may be asked',
  }[server]
}
