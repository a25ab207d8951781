/** Routes that differ between releases only in how long a pull waits are one route. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { ExplainedEndpoint, ExplainedReleases } from '../../model/explain-report.ts'
import { joinedRanges } from '../../wording/explain-text.ts'
import type { RoutePair } from './route-pair.ts'

export function mergeRoutes(pairs: readonly RoutePair[]): readonly RoutePair[] {
  const merged: RoutePair[] = []
  for (const pair of pairs) {
    const nth = merged.findIndex(other => isDeepStrictEqual(core(other), core(pair)))
    const same = merged[nth]
    if (same === undefined) merged.push(pair)
    else merged[nth] = joined(same, pair)
  }
  const [first] = merged
  if (first === undefined || merged.length > 1) return merged
  const { releases: _, ...explained } = first.explained
  return [{ ...first, explained }]
}

/** Without what depends on time limits alone; the requests show the capabilities that matter to a pull. */
function core({ explained: { releases: _, endpoints, ...rest } }: RoutePair) {
  return {
    ...rest,
    endpoints: endpoints.map(({ waits: _, dial_timeout: __, capabilities: ___, ...endpoint }) => endpoint),
  }
}

function joined(a: RoutePair, b: RoutePair): RoutePair {
  const [before, after] = [a.explained.releases ?? [], b.explained.releases ?? []]
  const endpoints = a.explained.endpoints.map((endpoint, i) => {
    const other = b.explained.endpoints[i]
    return other === undefined ? endpoint : withWaits(endpoint, other, before, after)
  })
  return { ...a, explained: { ...a.explained, releases: joinedRanges([...before, ...after]), endpoints } }
}

function withWaits(
  endpoint: ExplainedEndpoint,
  other: ExplainedEndpoint,
  before: readonly ExplainedReleases[],
  after: readonly ExplainedReleases[],
): ExplainedEndpoint {
  const named = (waits: ExplainedEndpoint['waits'], releases: readonly ExplainedReleases[]) =>
    waits.map(wait => ({ releases, ...wait }))
  const dial = endpoint.dial_timeout ?? other.dial_timeout
  return {
    ...endpoint,
    ...(dial !== undefined && { dial_timeout: dial }),
    waits: [...named(endpoint.waits, before), ...named(other.waits, after)],
  }
}
