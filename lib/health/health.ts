/** The states of a mirror or a server. Pure. */
import type { Probe } from '../model/report.ts'

/** `healthy` until probes show something else; `rate_limited`: it responded with 429. */
export type Health = 'healthy' | 'degraded' | 'rate_limited' | 'unhealthy'

export const HEALTHS: readonly Health[] = ['healthy', 'degraded', 'rate_limited', 'unhealthy']

/** Whether pulls can use a mirror in that state. The others are removed from hosts.toml, unless the list keeps them. */
export function isUsable(health: Health | 'unknown' | undefined): boolean {
  return health === 'healthy' || health === 'degraded'
}

/** The health that one probe shows; undefined: it has no result. */
export function healthOfProbe({ status, reason }: Pick<Probe, 'status' | 'reason'>): Health | undefined {
  if (status === 'unknown') return undefined
  return reason === 'rate_limited' ? reason : status
}

/** For a person: `rate limited`. */
export function healthText(health: Health | 'unknown'): string {
  return health.replace('_', ' ')
}
