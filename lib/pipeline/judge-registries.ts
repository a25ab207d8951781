/** From the probes of a list to the health of its registries. Pure. */
import type { KnownHealth } from '../health/availability.ts'
import { isServing } from '../health/fastest.ts'
import { healthOfProbe } from '../health/health.ts'
import { judgeForTargets, passesForTargets } from '../health/judge-targets.ts'
import { isFor } from '../health/merge-probes.ts'
import type { MirrorList } from '../model/registry.ts'
import type { JudgedRegistries } from '../model/registry-health.ts'
import type { Probe } from '../model/report.ts'
import type { TargetRegistries } from '../model/target-registries.ts'

/** A registry without probes is in neither. `targets`: what each of them has of the list. */
export function judgeRegistries(
  { registries }: Pick<MirrorList, 'registries'>,
  probes: readonly Probe[],
  targets: readonly TargetRegistries[],
): JudgedRegistries {
  const byRegistry = Map.groupBy(probes, ({ registry }) => registry)
  const known = new Map(targets.map(({ name }) => [name, healthFromProbes(byRegistry, name)]))
  const knownFor = (target: string) => known.get(target) ?? healthFromProbes(byRegistry, target)
  const names = registries.map(({ name }) => name).filter(name => byRegistry.has(name))
  return {
    registries: names.flatMap(name => judgeForTargets(name, targets, knownFor) ?? []),
    unhealthy: names.filter(name => !passesForTargets(name, targets, knownFor)),
  }
}

/**
 * The same check, which also fails where a registry has mirrors and none of them serves: pulls work, but not through a
 * mirror.
 */
export function requireMirrors(
  { registries }: Pick<MirrorList, 'registries'>,
  probes: readonly Probe[],
  judged: JudgedRegistries,
  targets: readonly TargetRegistries[],
): JudgedRegistries {
  const isMirrored = (name: string, target: string) =>
    probes.some(
      probe => probe.registry === name && probe.role === 'mirror' && isServing(probe) && isFor(probe, target),
    )
  const lacking = new Set(
    targets
      .flatMap(({ name: target, registries: own }) =>
        own.filter(({ name, mirrors }) => mirrors.length > 0 && !isMirrored(name, target)),
      )
      .map(({ name }) => name),
  )
  const failing = registries.map(({ name }) => name).filter(name => lacking.has(name))
  return { ...judged, unhealthy: [...new Set([...judged.unhealthy, ...failing])] }
}

function healthFromProbes(byRegistry: ReadonlyMap<string, readonly Probe[]>, target: string): KnownHealth {
  const find = (role: Probe['role'], registry: string, url?: string) =>
    byRegistry
      .get(registry)
      ?.find(probe => probe.role === role && (url === undefined || probe.url === url) && isFor(probe, target))
  const healthOf = (probe: Probe | undefined) => probe && healthOfProbe(probe)
  return {
    health: (registry, url) => healthOf(find('mirror', registry, url)),
    servesWrongContent: (registry, url) => find('mirror', registry, url)?.reason === 'wrong_digest',
    serverHealth: registry => healthOf(find('server', registry)),
  }
}
