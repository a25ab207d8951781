/** From the probes of a list to the health of its registries. Pure. */
import { judgeRegistry, type KnownHealth, passesCheck } from '../health/availability.ts'
import { isServing } from '../health/fastest.ts'
import { healthOfProbe } from '../health/health.ts'
import type { MirrorList } from '../model/registry.ts'
import type { JudgedRegistries } from '../model/registry-health.ts'
import type { Probe } from '../model/report.ts'

/** A registry without probes is in neither. */
export function judgeRegistries({ registries }: MirrorList, probes: readonly Probe[]): JudgedRegistries {
  const byRegistry = Map.groupBy(probes, ({ registry }) => registry)
  const known = healthFromProbes(byRegistry)
  const probed = registries.filter(({ name }) => byRegistry.has(name))
  return {
    registries: probed.map(registry => judgeRegistry(registry, known)),
    unhealthy: probed.filter(registry => !passesCheck(registry, known)).map(({ name }) => name),
  }
}

/**
 * The same check, which also fails where a registry has mirrors and none of them serves: pulls work, but not through a
 * mirror.
 */
export function requireMirrors(
  { registries }: MirrorList,
  probes: readonly Probe[],
  judged: JudgedRegistries,
): JudgedRegistries {
  const isMirrored = (name: string) =>
    probes.some(probe => probe.registry === name && probe.role === 'mirror' && isServing(probe))
  const failing = registries
    .filter(({ name, mirrors }) => mirrors.length > 0 && !isMirrored(name))
    .map(({ name }) => name)
  return { ...judged, unhealthy: [...new Set([...judged.unhealthy, ...failing])] }
}

function healthFromProbes(byRegistry: ReadonlyMap<string, readonly Probe[]>): KnownHealth {
  const find = (role: Probe['role'], registry: string, url?: string) =>
    byRegistry.get(registry)?.find(probe => probe.role === role && (url === undefined || probe.url === url))
  const healthOf = (probe: Probe | undefined) => probe && healthOfProbe(probe)
  return {
    health: (registry, url) => healthOf(find('mirror', registry, url)),
    servesWrongContent: (registry, url) => find('mirror', registry, url)?.reason === 'wrong_digest',
    serverHealth: registry => healthOf(find('server', registry)),
  }
}
