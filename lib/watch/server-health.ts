/** What is known of a registry's own server. Pure. */
import { type Health, isUsable } from '../health/health.ts'
import { judgedHealth } from '../health/mirror-health.ts'
import type { Watched } from './memory.ts'

/**
 * Undefined: it was not probed, no probe had a result, or the latest one failed and the next one decides: until then no
 * pull should depend on that server, and its registry is not called unhealthy. A rate limit is known without a probe.
 */
export function serverHealth({ lastProbe, state }: Watched): Health | undefined {
  if (state.health === 'rate_limited') return state.health
  if (lastProbe === undefined) return undefined
  const isInDoubt = lastProbe.status === 'unhealthy' && isUsable(state.health)
  return isInDoubt ? undefined : judgedHealth(state)
}

/** Whether its first verdict is near. */
export function isVerdictNear(server: Watched, now: number): boolean {
  return serverHealth(server) === undefined && (server.probing || server.state.nextAt <= now + 1000)
}
