/** The states of a mirror or a server. Pure. */

/** `healthy` until probes show something else; `rate_limited`: it responded with 429. */
export type Health = 'healthy' | 'degraded' | 'rate_limited' | 'unhealthy'

export const HEALTHS: readonly Health[] = ['healthy', 'degraded', 'rate_limited', 'unhealthy']

/** Whether pulls can use a mirror in that state. The others are removed from hosts.toml, unless the list keeps them. */
export function isUsable(health: Health): boolean {
  return health === 'healthy' || health === 'degraded'
}

/** For a person: `rate limited`. */
export function healthText(health: Health): string {
  return health.replace('_', ' ')
}
