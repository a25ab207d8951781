/** Probes of one endpoint for several targets: one where the verdict is the same. Pure. */
import type { Probe } from '../model/report.ts'

/**
 * In the order of the probes. Of those with the same verdict the first one counts; where all have it, it does not name
 * its targets. `names`: of the targets, in the order of the list.
 */
export function mergeProbes(probes: readonly Probe[], names: readonly string[]): readonly Probe[] {
  const places = Map.groupBy(probes, placeOf)
  return [...places.values()].flatMap(own => mergePlace(own, names))
}

/** A registry has one server, whose URL may depend on the target. */
function placeOf({ registry, role, url }: Probe): string {
  return role === 'server' ? `${registry} server` : `${registry} mirror ${url}`
}

function mergePlace(probes: readonly Probe[], names: readonly string[]): readonly Probe[] {
  if (probes.length < 2) return probes
  const groups = [...Map.groupBy(probes, verdictOf).values()]
  return groups.flatMap(group => {
    const [first] = group
    if (first === undefined) return []
    const { targets: _, ...probe } = first
    if (groups.length === 1) return [probe]
    const { registry, url, role, ...rest } = probe
    const named = new Set(group.flatMap(({ targets = [] }) => targets))
    return [{ registry, url, role, targets: names.filter(name => named.has(name)), ...rest }]
  })
}

function verdictOf({ url, status, reason }: Probe): string {
  return `${url} ${status} ${reason ?? ''}`
}

/** Whether a probe shows how an endpoint is for this target. */
export function isFor({ targets }: Pick<Probe, 'targets'>, target: string): boolean {
  return targets === undefined || targets.includes(target)
}
