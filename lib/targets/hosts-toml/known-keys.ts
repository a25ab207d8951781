/** What of hosts.toml a release of containerd knows, also where it is built into another runtime. Pure. */
import { atLeast, type Release } from '../release.ts'

/**
 * Whether `dial_timeout` in hosts.toml has an effect: since 2.0.7 and 2.1.0, never in 1.x
 * (core/remotes/docker/config/hosts.go@v2.1.0).
 */
export function knowsDialTimeout(generation: Release): boolean {
  return atLeast(generation, '2.0.7')
}

/** Whether it looks up `_default`: since 1.6.17 (remotes/docker/config/config_unix.go@v1.6.17). */
export function knowsDefaultDirectory(generation: Release): boolean {
  return atLeast(generation, '1.6.17')
}
