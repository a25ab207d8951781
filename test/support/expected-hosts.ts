/** What a list asks for, said independently of the code that renders it. */
import type { Registry } from '../../lib/model/registry.ts'

/** The urls of the `[host."…"]` headers of a registry: all mirrors, without the last where it takes the server's place. */
export function hostsUrls(registry: Registry): readonly string[] {
  const urls = registry.mirrors.map(({ base }) => base.origin + (base.path === '/v2' ? '' : base.path))
  return registry.fallback ? urls : urls.slice(0, -1)
}
