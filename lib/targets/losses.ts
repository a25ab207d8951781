/** What is lost of a list for its targets, as errors, notices and parts of a report. Pure. */
import type { Issue } from '../model/errors.ts'
import type { RegistryFidelity, TargetLoss } from '../model/list-loss.ts'
import type { MirrorList } from '../model/registry.ts'
import type { Notice } from '../model/report.ts'
import { registriesFor } from '../model/target-registries.ts'
import { type ConfiguredTarget, configuredTargets } from './configured-targets.ts'
import { type Fit, fitRegistries } from './fit.ts'
import type { Targets } from './load-targets.ts'
import { STRICT_SUBJECTS } from './loss-table.ts'

export interface TargetFit extends Fit {
  readonly losses: readonly TargetLoss[]
}

/** Without a snapshot: by the settings of the list alone. */
export function fitTarget(list: MirrorList, configured: ConfiguredTarget, snapshot?: unknown): TargetFit {
  const { name, target, settings } = configured
  const table = target.losses.of(settings, snapshot)
  const { registries, losses } = fitRegistries(registriesFor(list, name), table, target)
  return { registries, losses: losses.map(loss => ({ target: name, ...loss })) }
}

/** What is lost for these targets, by the settings of the list alone. */
export function listLosses(list: MirrorList, targets: Targets): readonly TargetLoss[] {
  return configuredTargets(list, targets).flatMap(configured => fitTarget(list, configured).losses)
}

/** Whether the node would do what the list forbids. */
function isError({ loss, subject }: TargetLoss): boolean {
  return loss === 'impossible' && STRICT_SUBJECTS.includes(subject)
}

/**
 * Errors: what is impossible about TLS, fallback or credentials, in the order of the list. `losses`: of all its targets;
 * `names`: those that the errors are about.
 */
export function lossIssues(
  losses: readonly TargetLoss[],
  { targets }: Pick<MirrorList, 'targets'>,
  names = Object.keys(targets),
): readonly Issue[] {
  const errors = losses.filter(isError)
  const failing = Map.groupBy(errors, ({ registry }) => registry)
  const issues = errors
    .filter(({ target }) => names.includes(target))
    .map(({ registry, problem, consequence, place: { file, line, column } }) => {
      const without = new Set(failing.get(registry)?.map(other => other.target))
      const others = Object.keys(targets).filter(name => !without.has(name))
      const message = `${problem}: ${consequence}`
      return { file, line, column, message, hint: remedy(registry, others) }
    })
  return issues.sort((a, b) => a.line - b.line || a.column - b.column)
}

/** `others`: the runtimes that can have this registry. */
function remedy(registry: string, others: readonly string[]): string {
  if (others.length === 0) return 'change it, or remove this runtime from [targets]'
  return `leave the registry to other runtimes: targets = ${JSON.stringify(others)} in [registries."${registry}"]`
}

/** Every other loss. */
export function lossNotices(losses: readonly TargetLoss[]): readonly Notice[] {
  return losses
    .filter(loss => !isError(loss))
    .map(({ loss, target, registry, mirror, problem, consequence, place: { file, line } }) => ({
      code: loss === 'lossy' ? 'list_lossy' : 'list_impossible',
      ...{ message: `${problem}; ${consequence}`, target, registry },
      ...(mirror !== undefined && { mirror }),
      ...{ file, line },
    }))
}

/** How much of each registry of the list each of its targets can express; `known`: those that are selected. */
export function fidelities(
  list: MirrorList,
  known: readonly string[],
  losses: readonly TargetLoss[],
): readonly RegistryFidelity[] {
  const names = known.filter(name => Object.hasOwn(list.targets, name))
  const worst = new Map<string, RegistryFidelity['fidelity']>()
  for (const { registry, target, loss } of losses) {
    const key = JSON.stringify([registry, target])
    if (worst.get(key) !== 'impossible') worst.set(key, loss)
  }
  return list.registries.flatMap(({ name: registry, targets }) =>
    names.map(target => {
      const isLeftOut = targets?.includes(target) === false
      const fidelity = worst.get(JSON.stringify([registry, target])) ?? 'lossless'
      return { registry, target, fidelity: isLeftOut ? 'left_out' : fidelity }
    }),
  )
}

/** The losses with their places as plain values: those of a list are found when they are read. */
export function plainLosses(losses: readonly TargetLoss[]): readonly TargetLoss[] {
  return losses.map(({ place: { file, line, column }, ...loss }) => ({
    ...loss,
    place: { file, line, column },
  }))
}
