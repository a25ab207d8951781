/** The health of a registry for all targets that have it. Pure. */
import type { Registry } from '../model/registry.ts'
import type { RegistryHealth } from '../model/registry-health.ts'
import { registryOf, type TargetRegistries } from '../model/target-registries.ts'
import { judgeRegistry, type KnownHealth, passesCheck } from './availability.ts'

/** What is known of the endpoints for a target. */
export type KnownFor = (target: string) => KnownHealth

interface Judged {
  readonly target: string
  readonly health: RegistryHealth
}

/**
 * The health for every target, or the worst one, with the targets that it is so for where others have a better one.
 * Undefined where no target has the registry.
 */
export function judgeForTargets(
  name: string,
  targets: readonly TargetRegistries[],
  knownFor: KnownFor,
): RegistryHealth | undefined {
  const all = having(name, targets).map(
    ({ target, registry }): Judged => ({ target, health: judgeRegistry(registry, knownFor(target)) }),
  )
  const [worst] = all.toSorted((a, b) => severityOf(b) - severityOf(a))
  if (worst === undefined) return undefined
  const same = all.filter(({ health }) => stateOf(health) === stateOf(worst.health))
  if (same.length === all.length) return worst.health
  const { registry, status, ...why } = worst.health
  return { registry, status, targets: same.map(({ target }) => target), ...why }
}

/** Whether a check for healthy registries passes for every target that has it. */
export function passesForTargets(
  name: string,
  targets: readonly TargetRegistries[],
  knownFor: KnownFor,
): boolean {
  return having(name, targets).every(({ target, registry }) => passesCheck(registry, knownFor(target)))
}

function having(
  name: string,
  targets: readonly TargetRegistries[],
): readonly { readonly target: string; readonly registry: Registry }[] {
  return targets.flatMap(one => {
    const registry = registryOf(one, name)
    return registry === undefined ? [] : [{ target: one.name, registry }]
  })
}

const SEVERITY: Readonly<Record<RegistryHealth['status'], number>> = {
  healthy: 0,
  unknown: 1,
  degraded: 2,
  unhealthy: 3,
}

function severityOf({ health: { status } }: Judged): number {
  return SEVERITY[status]
}

function stateOf({ status, reason }: RegistryHealth): string {
  return `${status} ${reason ?? ''}`
}
