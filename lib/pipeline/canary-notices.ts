/** Registries of which a deep probe only requests `/v2/`, because no image is known. Pure. */
import type { MirrorList } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import type { Depth } from '../probe/api/pull.ts'
import { findCanary } from '../probe/canaries.ts'

/** `remedy` is how to name an image. */
export function canaryNotices(
  { registries, health }: Pick<MirrorList, 'registries' | 'health'>,
  depth: Depth = health.depth,
  remedy = 'add canary = "repository:tag" to the registry',
): readonly Notice[] {
  if (depth === 'ping') return []
  const unknown = registries.filter(registry => findCanary(registry) === undefined)
  return unknown.map(({ name }) => {
    const message = `no image is known, so only /v2/ was requested, not a ${depth}; ${remedy}`
    return { code: 'only_pinged', message, registry: name }
  })
}
