/** The hosts that a list must render to, computed independently of lib. */
import type { Registry } from '../../lib/model/registry.ts'

/** The URLs of the `[host."…"]` headers of a registry: all mirrors, but not the last one if it replaces the server. */
export function hostsUrls(registry: Registry): readonly string[] {
  const urls = registry.mirrors.map(({ base }) => base.origin + (base.path === '/v2' ? '' : base.path))
  return registry.fallback ? urls : urls.slice(0, -1)
}
