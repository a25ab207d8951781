/** What is known of a registry's own server. Pure. */
import type { Health } from '../health/health.ts'
import { judgedHealth } from '../health/mirror-health.ts'
import type { Watched } from './memory.ts'

/**
 * Undefined: it was not probed, or no probe had a result. One failed probe is enough for `unhealthy`: no pull should depend
 * on that server. A rate limit is known without a probe.
 */
export function serverHealth({ lastProbe, state }: Watched): Health | undefined {
  if (state.health === 'rate_limited') return state.health
  if (lastProbe === undefined) return undefined
  return lastProbe.status === 'unhealthy' ? 'unhealthy' : judgedHealth(state)
}

/** Whether its first verdict is near. */
export function isVerdictNear(server: Watched, now: number): boolean {
  return serverHealth(server) === undefined && (server.probing || server.state.nextAt <= now + 1000)
}
